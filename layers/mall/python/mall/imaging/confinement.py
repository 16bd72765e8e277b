"""Work on what strangers sent, done by a child process that may neither take long nor much memory.

A decoder that loops, swells or crashes takes its own process with it, and not the function that has to say what became
of the picture. Forking costs some milliseconds, which a fresh interpreter could not even be started in.
"""

import gc
import json
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mall import errors
from mall.imaging import errors as refusals
from mall.imaging.errors import NotAPicture, TooHard

SECONDS = 6.0
MEMORY_BYTES = 640 * 1024 * 1024
_HEAD = struct.Struct(">I")
_CHUNK = 1 << 20

Parts = Mapping[str, bytes]


def confined(
    work: Callable[[], tuple[dict[str, Any], Parts]], *, seconds: float = SECONDS, memory: int = MEMORY_BYTES
) -> tuple[dict[str, Any], Parts]:
    """What `work()` returns: facts (JSON types) and named files. It runs in a process of its own.

    Raises the kind of NotAPicture that `work` raised, and TooHard when it took more than `seconds` (of CPU, or by the
    clock), more than `memory` bytes, or died.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing, seconds, memory)
    os.close(writing)
    try:
        answer = _received(reading, time.monotonic() + seconds + 1)
    finally:
        os.close(reading)
        # It may have ended by itself; until it is waited for, its number is nobody else's.
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return _opened(answer)


def _work(work: Callable[[], tuple[dict[str, Any], Parts]], writing: int, seconds: float, memory: int) -> None:
    """The life of the child; never returns."""
    try:
        # What the parent has is not looked through, and so not copied.
        gc.freeze()
        _limit(seconds, memory)
        try:
            facts, parts = work()
            head: dict[str, Any] = {"facts": facts, "parts": {name: len(part) for name, part in parts.items()}}
        except MemoryError:
            head, parts = {"refusal": TooHard.__name__}, {}
        except NotAPicture as refusal:
            head, parts = {"refusal": refusal.code}, {}
        text = json.dumps(head).encode()
        for piece in (_HEAD.pack(len(text)), text, *parts.values()):
            view = memoryview(piece)
            while view:
                view = view[os.write(writing, view) :]
    finally:
        # Whatever the parent registered to be done at its end is not the child's to do.
        os._exit(0)


def _limit(seconds: float, memory: int) -> None:
    whole = max(1, round(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sizes = Path("/proc/self/statm")
    if sizes.exists():  # elsewhere than on Linux, time has to do
        present = int(sizes.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (present + memory, present + memory))


def _received(reading: int, deadline: float) -> bytes:
    """Everything that the child says until it ends or its time is over."""
    pieces: list[bytes] = []
    # Not select(): a function that keeps many connections may have numbers beyond its 1,024.
    poll = select.poll()
    poll.register(reading, select.POLLIN | select.POLLHUP)
    while (left := deadline - time.monotonic()) > 0 and poll.poll(left * 1000):
        piece = os.read(reading, _CHUNK)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    raise TooHard


def _opened(answer: bytes) -> tuple[dict[str, Any], Parts]:
    try:
        (length,) = _HEAD.unpack_from(answer)
        head = json.loads(answer[_HEAD.size : _HEAD.size + length])
    except (struct.error, ValueError):
        raise TooHard from None
    if "refusal" in head:
        refusal = getattr(refusals, head["refusal"])
        assert issubclass(refusal, errors.MallError)
        raise refusal
    parts, at = {}, _HEAD.size + length
    for name, size in head["parts"].items():
        parts[name] = answer[at : at + size]
        at += size
    if at != len(answer):
        raise TooHard
    return head["facts"], parts
