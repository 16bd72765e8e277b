"""A mall of the tests' own: deployed to an emulator on a free port, with a state folder that is wiped afterwards.

With `MALL_USE_RUNNING=1` the tests take the mall that `make up` started, which is quicker while one writes them.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.local import emulator
from infra.local.state import ROOT, State
from infra.local.visitor import Visitor

HERE = Path(__file__).parent


_to_come = pytest.StashKey[set[pytest.Item]]()
_close = pytest.StashKey[Callable[[], None]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let one worker run all of these tests: two malls at once would only slow each other down."""
    own = [item for item in items if HERE in item.path.parents]
    for item in own:
        item.add_marker(pytest.mark.xdist_group("local"))
        item.add_marker(pytest.mark.timeout(600))
    config.stash[_to_come] = set(own)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Close the mall after the last of these tests: those of other folders need the memory that it takes."""
    yield
    to_come = item.config.stash[_to_come]
    if item in to_come:
        to_come.remove(item)
        if not to_come and _close in item.config.stash:
            item.config.stash[_close]()


@dataclass(frozen=True)
class LocalMall:
    """A mall on this machine, and the commands that people give it."""

    state: State

    @property
    def description(self) -> dict[str, Any]:
        """What `mall.json` says now."""
        return dict(json.loads(self.state.description.read_text()))

    @property
    def visitor(self) -> Visitor:
        """Somebody who comes straight to the API."""
        return Visitor(self.description["api"], self.description["endpoint"])

    def client(self, service: str) -> Any:
        """A client of an AWS service with the owner's rights."""
        return emulator.client(service, self.description["endpoint"])

    def token(self, role: str) -> str:
        """An access token of the demonstration's person with that role."""
        account = next(account for account in self.description["accounts"] if account["role"] == role)
        signed_in = self.visitor.call(
            "POST", "/api/sessions", {"identifier": account["user"], "password": account["password"]}
        )
        return str(signed_in.body["access_token"])

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Give a command, `run("up")`, as the Makefile does."""
        return subprocess.run(
            [sys.executable, "-m", "infra.local", *command], capture_output=True, text=True, check=False, cwd=ROOT,
            env={**os.environ, "MALL_STATE": str(self.state.folder), "PYTHONPATH": "layers/mall/python", **environment},
            stdin=subprocess.DEVNULL, timeout=540,
        )  # fmt: skip


@pytest.fixture(scope="session")
def mall(pytestconfig: pytest.Config) -> Iterator[LocalMall]:
    """The running mall."""
    if os.environ.get("MALL_USE_RUNNING"):
        yield LocalMall(State(ROOT / ".mall"))
        return
    # Not one of pytest's folders: another run of pytest shuts those for the user whom the database runs as.
    folder = Path(tempfile.mkdtemp(prefix="mall-tests-"))
    own = LocalMall(State(folder))

    def close() -> None:
        own.run("clean")
        shutil.rmtree(folder, ignore_errors=True)

    pytestconfig.stash[_close] = close
    try:
        started = own.run("up", "--port", str(free_port()))
        assert started.returncode == 0, started.stdout + started.stderr
        yield own
    finally:
        if folder.exists():
            close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((emulator.HOST, 0))
        return int(probe.getsockname()[1])
