"""Carrying events from an outbox to the bus, in order for each aggregate.

PutEvents may take some entries of a call and refuse others, so a call never holds two events of one aggregate: a
refused event then holds up the later ones of its own aggregate and nothing else.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from mall import aws, config, errors
from mall.events.event import Event
from mall.observability import logger

# The limits of a PutEvents call.
MAX_ENTRIES = 10
MAX_BYTES = 256_000
_OVERHEAD_BYTES = 500

Key = TypeVar("Key")


class NotPublished(errors.Unavailable):
    message = "Some events could not be published yet."


@dataclass(frozen=True, slots=True)
class Pending(Generic[Key]):
    """An event in an outbox; `key` is how that outbox finds it again, `detail` the event as JSON."""

    key: Key
    aggregate: str
    name: str
    detail: str

    @classmethod
    def of(cls, key: Key, event: Event) -> Pending[Key]:
        """The event of a relational outbox, which stores its parts."""
        return cls(key, event.aggregate, event.name, event.detail())

    def entry(self, bus: str) -> dict[str, Any]:
        """The entry for PutEvents."""
        return {
            "EventBusName": bus,
            "Source": f"mall.{self.name.partition('.')[0]}",
            "DetailType": self.name,
            "Detail": self.detail,
            "Resources": [self.aggregate],
        }


@dataclass(slots=True)
class Publisher(Generic[Key]):
    """Publishes what it is given, batch after batch.

    An aggregate whose event was refused is held back from then on (`blocked`), everything is when the bus does not
    answer at all (`down`).
    """

    bus: str = field(default_factory=config.bus)
    blocked: set[str] = field(default_factory=set)
    down: bool = False
    published: int = 0
    failed: int = 0

    def publish(self, pending: Sequence[Pending[Key]]) -> list[Key]:
        """Publish `pending`, given in order, and return the keys of what the bus has taken."""
        queues: dict[str, deque[Pending[Key]]] = {}
        for event in pending:
            if event.aggregate not in self.blocked:
                queues.setdefault(event.aggregate, deque()).append(event)
        done: list[Key] = []
        while queues and not self.down:
            for call in _calls([queue[0] for queue in queues.values()]):
                for event, problem in zip(call, self._put(call), strict=True):
                    if problem is None:
                        done.append(event.key)
                        queues[event.aggregate].popleft()
                    else:
                        self.blocked.add(event.aggregate)
                        logger.error("event not published", event=event.name, aggregate=event.aggregate, reason=problem)
            queues = {name: queue for name, queue in queues.items() if queue and name not in self.blocked}
        self.published += len(done)
        self.failed += len(pending) - len(done)
        return done

    def _put(self, call: Sequence[Pending[Key]]) -> list[str | None]:
        """What is wrong with each entry of the call, None where the bus has taken it."""
        if self.down:
            return ["the bus does not answer"] * len(call)
        try:
            entries = [event.entry(self.bus) for event in call]
            answer = aws.client("events").put_events(Entries=entries)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ValidationException":
                if len(call) > 1:  # one bad entry must not keep the other nine
                    return [problem for event in call for problem in self._put([event])]
            else:
                self.down = True
            return [str(error)] * len(call)
        return [result.get("ErrorCode") for result in answer["Entries"]]


def _calls(heads: Sequence[Pending[Any]]) -> Iterator[list[Pending[Any]]]:
    call: list[Pending[Any]] = []
    size = 0
    for event in heads:
        needs = len(event.detail.encode()) + _OVERHEAD_BYTES
        if call and (len(call) == MAX_ENTRIES or size + needs > MAX_BYTES):
            yield call
            call, size = [], 0
        call.append(event)
        size += needs
    if call:
        yield call
