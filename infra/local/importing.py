"""Bring a file of products and their photographs into the running mall, over its API, with progress shown.

    python -m infra.local import products.jsonl --photos photos --mapping retail

The mapping turns the lines of the file into documents of the mall's template; without one they are such documents
already. The products belong to the mall's own store, which needs no review.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.local import retail
from infra.local.state import STAGE, LocalError, State, read_json, write_json
from infra.local.supply import Say, Supply
from infra.local.visitor import Visitor

MAPPINGS = ("retail", "none")
# How many products the list has that the speed of imports is measured with.
_MEASURED = 2_465
_PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


# Pages are made a little after their products; when no more of them come for so long, something is wrong.
_PAGES_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Result:
    """What came of an import: the job as the API shows it, how many pages there are of its products, the seconds."""

    job: Mapping[str, Any]
    pages: int
    seconds: float


def bring_in(
    description: Mapping[str, Any], dynamodb: Any, path: Path, photos: Path | None, mapping: str, console: Console
) -> Result:
    """Upload photographs, make the categories that are missing, import the products, wait for their pages.

    Raises LocalError.
    """
    visitor = Visitor(description["api"], description["endpoint"])
    staff = Supply(visitor, _token(visitor, description, "administrator"))
    shop = Supply(visitor, _token(visitor, description, "merchant_owner"))
    pages = _Pages(dynamodb)
    files = {file.name: file.read_bytes for file in _photos(photos)}
    started, before = time.monotonic(), pages.count()
    columns = TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:

        def bar(name: str) -> Say:
            task = progress.add_task(name, total=None)
            return lambda done, total: progress.update(task, completed=done, total=total or None)

        if mapping == "retail":
            staff.categories(_tree(path))
            documents = list(retail.documents(path, list(files)))
        else:
            documents = list(retail.products(path))
        if files:
            shop.await_pictures(shop.upload(files), bar("pictures"))
        job = shop.await_import(shop.start_import(documents, path.name), bar("products"))
        made = pages.wait(before, job["progress"]["created"], bar("pages"))
    return Result(job, made, time.monotonic() - started)


def show(result: Result, console: Console) -> None:
    """Say what came of it."""
    done = result.job["progress"]
    console.print(
        f"{done['created']} created, {done['updated']} updated, {done['unchanged']} unchanged, "
        f"{done['failed']} failed; {result.pages} new pages; {result.seconds:.0f} s."
    )
    if result.job["errors_url"]:
        console.print(f"What is wrong with those that failed: {result.job['errors_url']}")


def remember(state: State, result: Result) -> None:
    """Write the time down beside the other measurements, if it was the measured list and all of it was new."""
    if result.job["progress"]["created"] == _MEASURED == result.pages:
        path = state.folder / "bench.json"
        write_json(path, read_json(path) | {"import_2465_s": round(result.seconds, 1)})


class _Pages:
    """The pages of products, as the mall has written down that they are published."""

    def __init__(self, dynamodb: Any) -> None:
        self._dynamodb = dynamodb

    def count(self) -> int:
        """How many products have a page."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=f"{STAGE}-pages",
            IndexName="live",
            Select="COUNT",
            KeyConditionExpression="live = :kind",
            ExpressionAttributeValues={":kind": {"S": "product"}},
        )
        return sum(page["Count"] for page in pages)

    def wait(self, before: int, wanted: int, say: Callable[[int, int], None]) -> int:
        """Wait until there are `wanted` more than `before`; how many there are when no more come."""
        made, moved = 0, time.monotonic()
        while made < wanted and time.monotonic() < moved + _PAGES_PATIENCE_SECONDS:
            now = self.count() - before
            if now != made:
                made, moved = now, time.monotonic()
            say(made, wanted)
            if made < wanted:
                time.sleep(1)
        return made


def _photos(folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in _PICTURES)
    if not found:
        raise LocalError(f"There are no pictures in {folder}.")
    return found


def _tree(path: Path) -> list[dict[str, Any]]:
    return [
        {
            "key": english,
            "name": {"en": english, "zh-CN": chinese},
            "children": [
                {"key": f"{english} > {leaf}", "name": {"en": leaf, "zh-CN": zh}} for leaf, zh in sorted(children)
            ],
        }
        for (english, chinese), children in sorted(retail.tree(path).items())
    ]


def _token(visitor: Visitor, description: Mapping[str, Any], role: str) -> str:
    account = next((account for account in description["accounts"] if account["role"] == role), None)
    if account is None:
        raise LocalError("The mall has no demonstration accounts; `make up` makes them.")
    proof = {"identifier": account["user"], "password": account["password"]}
    answer = visitor.call("POST", "/api/sessions", proof)
    if answer.status != 201:
        raise LocalError(f"{account['user']} cannot sign in: {answer.body}")
    return str(answer.body["access_token"])
