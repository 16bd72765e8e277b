"""AWS for benchmarks: moto answers what is asked for the first time, and memory whatever is asked again.

So a function runs all of its own code down to botocore's, the stores that AWS runs cost nothing, and calls are counted.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from moto.core.botocore_stubber import BotocoreStubber


class Calls:
    """What was asked of AWS so far."""

    def __init__(self) -> None:
        self.count = 0


@contextlib.contextmanager
def recorded() -> Iterator[Calls]:
    """Answer every request that was made before as it was answered then; writes are remembered like reads."""
    calls, answers, ask = Calls(), dict[Any, Any](), BotocoreStubber.process_request

    def process_request(self: BotocoreStubber, request: Any) -> Any:
        calls.count += 1
        key = request.url, request.headers.get("X-Amz-Target"), request.body
        if key not in answers:
            answers[key] = ask(self, request)
        return answers[key]

    BotocoreStubber.process_request = process_request  # type: ignore[method-assign]
    try:
        yield calls
    finally:
        BotocoreStubber.process_request = ask  # type: ignore[method-assign]
