"""How merchants, categories, brands, pictures and products get into a running mall: over its API, as anybody's do."""

import json
import mimetypes
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from infra.local.state import LocalError
from infra.local.visitor import Visitor

_UPLOADS_AT_ONCE = 2
_LOOK_AGAIN_SECONDS = 0.5
_PICTURE_PATIENCE_SECONDS = 600
_IMPORT_PATIENCE_SECONDS = 900
_OVER = {"finished", "refused"}
Say = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class Supply:
    """Somebody with a token: the platform's staff, who keep categories and brands, or a merchant's."""

    visitor: Visitor
    token: str

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        unless: Sequence[str] = (),
        known_by: str = "",
        **headers: str,
    ) -> Any:
        """The body of the answer; None for a refusal whose code is in `unless`. Raises LocalError for another.

        A refusal whose details hold `known_by` says what there is already: its id is the answer.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.visitor.call(method, path, body, token=self.token, headers=sent)
        if answer.status < 300:
            return answer.body
        if answer.code in unless:
            return None
        if known_by and known_by in answer.body.get("Details", {}):
            return {"id": answer.body["Details"][known_by]}
        raise LocalError(f"{method} {path} was refused: {answer.status} {answer.body}")

    # --- what the platform's staff does

    def categories(self, wanted: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Have these categories, as `POST /api/admin/categories` takes them, with `key` and `children`: id by key.

        One that is there by its English name, below the same parent, stays as it is.
        """
        there: list[dict[str, Any]] = self.ask("GET", "/api/categories?locale=en")["items"]
        return self._below(None, wanted, there)

    def _below(
        self, parent: str | None, wanted: Iterable[Mapping[str, Any]], there: list[dict[str, Any]]
    ) -> dict[str, str]:
        known = {node["name"]: node for node in there}
        found: dict[str, str] = {}
        for position, category in enumerate(wanted):
            node = known.get(category["name"]["en"])
            if node is None:
                body = {name: value for name, value in category.items() if name not in {"key", "children"}}
                body |= {"parent_id": parent, "position": position}
                # Readers of the tree see what was just added up to half a minute later.
                node = self.ask("POST", "/api/admin/categories", body, known_by="category_id") | {"children": []}
                if "version" not in node:
                    self._publish(node["id"])
            found[category["key"]] = node["id"]
            found |= self._below(node["id"], category.get("children", ()), node["children"])
        return found

    def _publish(self, category_id: str) -> None:
        """Have a category shown that PostgreSQL has kept and readers do not know: saying it again publishes it."""
        path = f"/api/admin/categories/{category_id}"
        record = self.ask("GET", path)
        said = {name: record[name] for name in ("name", "slug", "description", "position", "attributes", "version")}
        self.ask("PUT", path, said | {"hidden": record["state"] == "hidden"})

    # --- what a merchant does

    def upload(self, files: Mapping[str, Callable[[], bytes]]) -> dict[str, str]:
        """Upload these pictures by name; where the state of each is."""
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as pool:
            return dict(zip(files, pool.map(self._upload, files.items()), strict=True))

    def await_pictures(self, waiting: Mapping[str, str], say: Say = _silent) -> None:
        """Wait until the mall has made something of each picture that was uploaded. Raises LocalError."""
        deadline = time.monotonic() + _PICTURE_PATIENCE_SECONDS
        for number, (name, address) in enumerate(waiting.items(), 1):
            while (picture := self.ask("GET", address))["state"] != "ready":
                if picture["state"] == "failed":
                    raise LocalError(f"The picture {name} was refused: {picture.get('reason')}")
                if time.monotonic() > deadline:
                    raise LocalError(f"The picture {name} was not ready in time.")
                time.sleep(_LOOK_AGAIN_SECONDS)
            say(number, len(waiting))

    def _upload(self, file: tuple[str, Callable[[], bytes]]) -> str:
        """Upload a picture and say where its state is."""
        name, content = file
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        made = self.ask("POST", "/api/merchant/pictures", {"content_type": kind, "file_name": name})
        self.visitor.upload(made, content(), name)
        return f"/api/merchant/pictures/{made['id']}"

    def start_import(self, documents: Iterable[dict[str, Any]], name: str) -> str:
        """Have these products imported and put on sale; the id of the import."""
        file = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()
        wanted = {"format": "jsonl", "file_name": name, "language": "en", "then": "submit"}
        made = self.ask("POST", "/api/merchant/imports", wanted)
        self.visitor.upload(made["upload"], file, name)
        return str(made["id"])

    def await_import(self, import_id: str, say: Say = _silent) -> dict[str, Any]:
        """The import once it is finished. Raises LocalError where it was refused."""
        deadline = time.monotonic() + _IMPORT_PATIENCE_SECONDS
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.ask("GET", f"/api/merchant/imports/{import_id}")
            say(job["progress"]["done"], job["progress"]["total"] or 0)
            if job["state"] == "refused":
                raise LocalError(f"The import was refused: {job['refusal']['message']}")
            if job["state"] in _OVER:
                return job
            time.sleep(_LOOK_AGAIN_SECONDS)
        raise LocalError(f"The import {import_id} did not end in time.")
