"""What an event is, and how it looks on the bus."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from mall import clock, errors, ids

# EventBridge takes 256 KiB a call; the rest of the entry (source, type, time, resource) fits into what is left.
MAX_DETAIL_BYTES = 250_000
_NAME = re.compile(r"[a-z]+\.[A-Z][A-Za-z0-9]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventTooLarge(errors.Invalid):
    message = f"An event holds at most {MAX_DETAIL_BYTES // 1000} kB. Publish the id of what is large instead."


class Sequence:
    """Numbers that grow with time and never repeat within a process: microseconds since 1970, or one more."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, at: datetime) -> int:
        """The number of an event that happened `at`."""
        self._last = max(self._last + 1, (at - _EPOCH) // _MICROSECOND)
        return self._last


_sequence = Sequence()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `aggregate`: `Event.of("users.ConsentChanged", aggregate=user.id, data={…})`.

    `sequence` grows from event to event of one aggregate. It is the time unless the aggregate has a version of its
    own that every change increases; then give that, since the clocks of two machines may differ by a little.
    """

    id: str
    name: str
    aggregate: str
    occurred_at: datetime
    sequence: int
    data: Mapping[str, Any]
    version: int = 1

    @classmethod
    def of(
        cls, name: str, *, aggregate: str, data: Mapping[str, Any], version: int = 1, sequence: int | None = None
    ) -> Self:
        """The news that `name` ("users.ConsentChanged") has just happened; `data` holds JSON types only."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"'{name}' is not <subsystem>.<PastTense>")
        at = clock.now()
        number = _sequence.next(at) if sequence is None else sequence
        return cls(ids.new("evt", at=at), name, aggregate, at, number, data, version)

    @classmethod
    def of_envelope(cls, envelope: Mapping[str, Any]) -> Self:
        """The event in what EventBridge delivers (`detail-type`, `detail`, …). Raises Invalid for anything else."""
        try:
            detail = envelope["detail"]
            return cls(
                id=detail["id"],
                name=envelope["detail-type"],
                aggregate=detail["aggregate"],
                occurred_at=datetime.fromisoformat(detail["occurred_at"]).astimezone(UTC),
                sequence=detail["sequence"],
                data=detail["data"],
                version=detail["version"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise errors.Invalid("This is not one of the mall's events.") from error

    @property
    def subsystem(self) -> str:
        """Who tells it: `users` of `users.ConsentChanged`."""
        return self.name.partition(".")[0]

    @property
    def source(self) -> str:
        """Its `Source` on the bus."""
        return f"mall.{self.subsystem}"

    @property
    def contract(self) -> str:
        """The name of the JSON Schema of `data`."""
        return f"{self.name}.v{self.version}"

    def detail(self) -> str:
        """The event as JSON, as it is stored in an outbox and travels on the bus. Raises EventTooLarge."""
        text = json.dumps(
            {
                "id": self.id,
                "version": self.version,
                "aggregate": self.aggregate,
                "sequence": self.sequence,
                "occurred_at": self.occurred_at.isoformat(),
                "data": self.data,
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        if len(text.encode()) > MAX_DETAIL_BYTES:
            raise EventTooLarge
        return text

    def supersedes(self, sequence: int | None) -> bool:
        """Whether this is later news than what a projection saw last (`sequence`; None: it saw nothing yet)."""
        return sequence is None or self.sequence > sequence
