"""Work in a process of its own: what it may take, and that nothing it does takes the caller with it."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from mall.imaging.confinement import confined
from mall.imaging.errors import NotAPicture, TooHard, TooManyPixels


def children() -> set[str]:
    """The processes that this one started and did not yet wait for."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def files_open() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Any:
    before, files = children(), files_open()
    yield
    assert children() == before
    assert files_open() == files


def test_facts_and_files_come_back() -> None:
    facts, parts = confined(lambda: ({"width": 1}, {"a": b"", "b": bytes(300_000), "c": b"x"}))

    assert facts == {"width": 1}
    assert {name: len(part) for name, part in parts.items()} == {"a": 0, "b": 300_000, "c": 1}


@pytest.mark.parametrize("refusal", [NotAPicture, TooManyPixels])
def test_a_refusal_comes_back_as_what_it_is(refusal: type[NotAPicture]) -> None:
    def refuse() -> Any:
        raise refusal

    with pytest.raises(refusal) as found:
        confined(refuse)
    assert type(found.value) is refusal


def spin() -> Any:
    while True:
        pass


def swell() -> Any:
    return {}, {"file": bytes(1 << 30)}


def crash() -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> Any:
    os._exit(0)


def stumble() -> Any:
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("work", [spin, swell, crash, leave, stumble])
def test_what_takes_too_much_or_dies_is_too_hard(work: Any) -> None:
    with pytest.raises(TooHard):
        confined(work, seconds=1, memory=200 << 20)


def test_what_only_waits_is_given_up_too() -> None:
    started = time.monotonic()

    with pytest.raises(TooHard):
        confined(lambda: time.sleep(60), seconds=0.2)  # type: ignore[arg-type, func-returns-value]

    assert time.monotonic() - started < 5
