"""What the measurements of functions have in common: PostgreSQL's CPU, statements and their time, silence, settings."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil  # type: ignore[import-untyped]

from infra.local.postgres import Postgres


class ServerCpu:
    """The CPU that the processes of a PostgreSQL server have used, including those that have ended meanwhile."""

    def __init__(self, server: Postgres) -> None:
        self._postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split("\n")[0]))
        self._last: dict[int, float] = {}

    def seconds(self) -> float:
        """Seconds of CPU until now."""
        for pid in (self._postmaster.pid, *self._children()):
            with contextlib.suppress(psutil.NoSuchProcess, OSError):
                self._last[pid] = _used(pid)
        return sum(self._last.values())

    def _children(self) -> list[int]:
        # Linux keeps a list. Looking through all processes would leave the caches cold for what is measured next.
        listed = Path(f"/proc/{self._postmaster.pid}/task/{self._postmaster.pid}/children")
        if listed.exists():
            return [int(pid) for pid in listed.read_text().split()]
        return [process.pid for process in self._postmaster.children()]


def _used(pid: int) -> float:
    """Linux says it to the nanosecond, others in ticks of 10 ms, which then are noise in a single operation."""
    precise = Path(f"/proc/{pid}/schedstat")
    if precise.exists():
        return int(precise.read_text().split()[0]) / 1e9
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def timed() -> Iterator[list[float]]:
    """How many milliseconds each statement takes."""
    from sqlalchemy import Engine, event

    took: list[float] = []

    def before(connection: Any, *arguments: Any) -> None:
        connection.info["asked"] = perf_counter()

    def after(connection: Any, *arguments: Any) -> None:
        took.append((perf_counter() - connection.info["asked"]) * 1000)

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield took
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


class Counted(io.TextIOBase):
    """A stream to nowhere that knows how many characters went there."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, text: str) -> int:
        self.count += len(text)
        return len(text)


@contextlib.contextmanager
def quiet() -> Iterator[Counted]:
    """Log lines and metrics are written, to nowhere."""
    from mall.observability import logger

    nowhere = Counted()
    with contextlib.redirect_stdout(nowhere):
        handler = logger.registered_handler
        handler.setStream(nowhere)  # type: ignore[attr-defined]
        try:
            yield nowhere
        finally:
            handler.setStream(sys.__stdout__)  # type: ignore[attr-defined]


@contextlib.contextmanager
def environment(urls: list[str]) -> Iterator[None]:
    """The settings of a function that reaches these shards."""
    from mall.sql import shards, slots

    wanted = {
        "MALL_STAGE": "bench",
        "MALL_DATABASE_URLS": ",".join(urls),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
    before = dict(os.environ)
    os.environ.update(wanted)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    slots.forget()
    try:
        yield
    finally:
        shards.dispose()
        slots.forget()
        os.environ.clear()
        os.environ.update(before)
