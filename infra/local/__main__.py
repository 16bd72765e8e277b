"""The commands: `python -m infra.local up|down|clean|deploy|publish|import|story|logs|invoke|redrive|status`."""

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.local import importing, operate, pages, seed, site, story, vendor
from infra.local.deploy import Deployment
from infra.local.emulator import Emulator, client, described, running
from infra.local.postgres import Postgres, PostgresError
from infra.local.state import ROOT, SHARDS, LocalError, State, read_json
from infra.local.templates import MALL

console = Console(highlight=False)


def up(state: State, port: int | None) -> None:
    """Start what does not run, deploy what changed, seed what is missing, and say where everything is."""
    emulator = Emulator(state)
    died = emulator.background.died
    if died:
        _tell_what_is_lost(emulator)
    with _step("emulator"):
        emulator.start(port, lambda note: console.print(f"  [yellow]{note}"))
        if died:
            emulator.forget_orphaned_buckets()
    with _step("PostgreSQL"):
        postgres = Postgres(state.postgres)
        postgres.start()
        urls = postgres.urls(*SHARDS)
    with _step("third-party code of the functions"):
        vendor.build(state.vendor)
    _migrate(urls)
    outputs = _deploy(state, emulator, urls)
    _publish(state, emulator, outputs)
    description = {
        "accounts": [],
        **read_json(state.description),
        **_addresses(emulator, outputs),
        "database_urls": urls,
    }
    # Before the seeding too: `make logs` has to find the mall when that fails.
    state.describe(description)
    with _step("demonstration data") as show:
        description["accounts"] = seed.seed(description["api"], emulator.client, emulator.endpoint, show)
    state.describe(description)
    _publish_pages(state, emulator, always=died)
    _show(description)


def deploy(state: State) -> None:
    """Deploy what changed to the running mall."""
    emulator = running(state)
    _migrate(described(state)["database_urls"])
    outputs = _deploy(state, emulator, described(state)["database_urls"])
    _publish(state, emulator, outputs)
    state.describe({**described(state), **_addresses(emulator, outputs)})
    _publish_pages(state, emulator)


def publish(state: State) -> None:
    """Render and publish every page of the running mall."""
    emulator = running(state)
    _publish_pages(state, emulator, always=True)


def down(state: State) -> None:
    """Stop everything; accounts, orders and pictures stay for the next `up`."""
    with _step("emulator stopped"):
        Emulator(state).stop()
    with _step("PostgreSQL stopped"):
        Postgres(state.postgres).stop()


def bring_in(state: State, path: Path, photos: Path | None, mapping: str) -> None:
    """Import a file of products into the running mall."""
    running(state)
    dynamodb = client("dynamodb", described(state)["endpoint"])
    result = importing.bring_in(described(state), dynamodb, path, photos, mapping, console)
    importing.show(result, console)
    importing.remember(state, result)


def tell(state: State) -> None:
    """Play one whole purchase in the running mall."""
    running(state)
    story.play(described(state), console)


def clean(state: State) -> None:
    """Stop everything and forget what it held."""
    Emulator(state).background.kill()
    Postgres(state.postgres).wipe()
    shutil.rmtree(state.folder, ignore_errors=True)
    console.print(f"{_short(state)} is gone.")


def _migrate(urls: list[str]) -> None:
    if not (MALL / "mall" / "sql" / "__main__.py").exists():
        return
    with _step("tables in both databases") as show:
        # A process of its own, since the settings of `mall` are read from the environment once.
        command = subprocess.Popen(
            [sys.executable, "-m", "mall.sql", "migrate"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            env={**os.environ, "MALL_DATABASE_URLS": ",".join(urls), "PYTHONPATH": str(MALL)},
        )  # fmt: skip
        with command:
            said = []
            for line in command.stdout or ():
                said.append(line)
                show(line.strip())
        if command.returncode:
            raise LocalError(f"The databases could not be migrated:\n{''.join(said).strip()[-2000:]}")


def _deploy(state: State, emulator: Emulator, urls: list[str]) -> dict[str, str]:
    with _step("template.yaml") as show:
        # Functions write nothing next to our code, so each would compile it anew at every start.
        compileall.compile_dir(MALL, quiet=2)
        try:
            deployment = Deployment(emulator.client, emulator.endpoint, state.vendor, show)
            parameters = {"DatabaseUrls": ",".join(urls), "EmulatorPort": str(emulator.port), "SandboxPayments": "true"}
            # Everybody here comes from the loopback address.
            return deployment.run({**parameters, "PeoplePerAddress": "1000"})
        except (BotoCoreError, ClientError) as error:
            if not emulator.running:
                raise LocalError(emulator.explain_death()) from error
            raise


def _publish(state: State, emulator: Emulator, outputs: dict[str, str]) -> None:
    with _step("site and API documentation") as show:
        site.build(state.folder / "site")
        site.upload(emulator.client("s3"), outputs["SiteBucket"], state.folder / "site", show)


def _publish_pages(state: State, emulator: Emulator, *, always: bool = False) -> None:
    """Publish every page, if pages look different now. What changes in the shop, they follow by themselves."""
    edition = pages.edition()
    if not always and state.remembered().get("edition") == edition:
        return
    with _step("pages") as show:
        outcome = pages.publish(emulator.client, emulator.endpoint, show)
        state.remember(edition=edition)
    console.print(f"  [dim]{outcome}")


def _addresses(emulator: Emulator, outputs: dict[str, str]) -> dict[str, Any]:
    api = f"{emulator.endpoint}/restapis/{outputs['ApiId']}/{outputs['ApiStage']}/_user_request_"
    front = f"http://{outputs['SiteDomain'].replace('.net', '.localhost')}:{emulator.port}"
    return {
        "site": front,
        "api": api,
        "docs": f"{front}/docs/",
        "endpoint": emulator.endpoint,
        "outputs": outputs,
    }


def _tell_what_is_lost(emulator: Emulator) -> None:
    saved = emulator.saved_at
    since = f"since {datetime.fromtimestamp(saved).astimezone():%Y-%m-%d %H:%M}" if saved else "from its beginning"
    console.print(
        "[yellow]The emulator did not stop cleanly last time, so what it was told "
        f"{since} is lost: documents, sessions, stock, queues and keys.\n"
        "PostgreSQL kept every order, payment and account book. The template is deployed and the demonstration data "
        "are made again."
    )


def _show(description: dict[str, Any]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name in ("site", "api", "docs", "endpoint"):
        table.add_row(name, description[name])
    console.print("\nThe mall is open.")
    console.print(table)
    if description["accounts"]:
        people = Table("user", "password", "role", box=None, padding=(0, 2, 0, 0))
        for account in description["accounts"]:
            people.add_row(account["user"], account["password"], account["role"])
        console.print(people)


class _step:  # noqa: N801  (reads as a word: `with _step("PostgreSQL")`)
    """A line on the screen for something that takes its time: a spinner, then a tick and the seconds."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._status = console.status(title)

    def __enter__(self) -> Callable[[str], None]:
        self._started = time.monotonic()
        self._status.start()
        return lambda detail: self._status.update(f"{self._title}: {detail}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._status.stop()
        mark = "[red]✗" if error else "[green]✓"
        console.print(f"{mark}[/] {self._title} [dim]{time.monotonic() - self._started:.1f} s")


def _short(state: State) -> str:
    return str(state.folder.relative_to(ROOT) if state.folder.is_relative_to(ROOT) else state.folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The mall on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="start, deploy, seed, and print the addresses")
    start.add_argument("--port", type=int, default=int(os.environ.get("MALL_PORT") or 0) or None)
    commands.add_parser("deploy", help="deploy what changed to the running mall")
    commands.add_parser("publish", help="render and publish every page")
    commands.add_parser("down", help="stop; the data stay")
    commands.add_parser("clean", help="stop and wipe the data")
    commands.add_parser("status", help="the addresses, and whether the mall runs")
    commands.add_parser("story", help="play one whole purchase in the running mall, step by step")
    logs = commands.add_parser("logs", help="what functions logged")
    logs.add_argument("function", nargs="?", default="", help="part of a name, e.g. users or sign_in")
    logs.add_argument("--follow", "-f", action="store_true")
    logs.add_argument("--minutes", type=float, default=10)
    invoke = commands.add_parser("invoke", help="call a function with its sample event, or with one of your own")
    invoke.add_argument("function", help="its name, e.g. users.list_divisions")
    invoke.add_argument("event", nargs="?", help="a file with the event (default: its sample in events/)")
    redrive = commands.add_parser("redrive", help="send the messages of dead-letter queues back to their queues")
    redrive.add_argument("queue", nargs="?", default="", help="part of a queue's name; all of them without it")
    bring = commands.add_parser("import", help="import a file of products into the running mall")
    bring.add_argument("path", type=Path, help="JSON Lines, one product a line")
    bring.add_argument("--photos", type=Path, help="a folder of pictures that are uploaded first")
    bring.add_argument("--mapping", choices=importing.MAPPINGS, default="retail", help="how lines become products")
    return parser


def main(words: list[str] | None = None) -> int:  # noqa: PLR0912  (one case a command)
    """Run one command; 1 and one sentence when it cannot be done."""
    arguments = _parser().parse_args(words)
    state = State.here()
    try:
        match arguments.command:
            case "up":
                up(state, arguments.port)
            case "deploy":
                deploy(state)
            case "publish":
                publish(state)
            case "down":
                down(state)
            case "clean":
                clean(state)
            case "status":
                _show(described(state))
                console.print("It runs." if Emulator(state).running else "It is stopped; `make up` starts it.")
            case "logs":
                operate.logs(
                    client("logs", described(state)["endpoint"]),
                    arguments.function,
                    arguments.minutes,
                    arguments.follow,
                )
            case "import":
                bring_in(state, arguments.path, arguments.photos, arguments.mapping)
            case "story":
                tell(state)
            case "invoke":
                operate.invoke(client("lambda", described(state)["endpoint"]), arguments.function, arguments.event)
            case "redrive":
                operate.redrive(client("sqs", described(state)["endpoint"]), arguments.queue)
    except (LocalError, PostgresError) as error:
        console.print(f"[red]{error}", markup=True)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
