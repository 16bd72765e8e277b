"""The mall's time: aware, in UTC, and in one place so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_fixed: datetime | None = None


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return _fixed or datetime.now(UTC)


def timestamp() -> int:
    """The present moment in whole seconds since 1970-01-01T00:00Z, as DynamoDB's time to live and JWTs count."""
    return int(now().timestamp())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` inside the block. For tests."""
    global _fixed  # noqa: PLW0603
    if moment.tzinfo is None:
        raise ValueError("the clock takes aware datetimes only")
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before
