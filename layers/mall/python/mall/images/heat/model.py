"""Sliding windows over requests, and when a picture is hot, for now or for longer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SHORT_SLOT = timedelta(minutes=5)
SHORT_SLOTS = 3
LONG_SLOTS = 24
# Asked for so often in an hour, in so many of the last 24, a picture is hot.
HOT_AN_HOUR = 120
HOT_HOURS = 6
# Asked for so often in the last quarter of an hour, and so much more than usual, it is hot for now.
TEMPORARY_REQUESTS = 60
TEMPORARY_FACTOR = 4.0
# How many of a slot are looked at: what comes later is not hot.
MOST_A_SLOT = 100
MOST_PROMOTED = 300
MOST_IN_CAMPAIGN = 100
# So long before a campaign begins its pictures are brought to the edge.
HEAD_START = timedelta(minutes=30)
# What is asked for less often than that is dropped from the edge within hours; so it is fetched again.
WARM_FOR = timedelta(hours=4)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Level(StrEnum):
    """A level of the caches, from the shopper inwards."""

    BROWSER = "browser"
    EDGE = "edge"
    STORE = "store"
    MEMORY = "memory"


class Heat(StrEnum):
    """Why a picture is promoted."""

    HOT = "hot"
    TEMPORARY = "temporary"
    CAMPAIGN = "campaign"


# How long a picture stays promoted after the last look at the windows that found it hot.
STAYS = {Heat.HOT: timedelta(hours=6), Heat.TEMPORARY: timedelta(minutes=30)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a level had what it was asked for, and how often it had not."""

    hits: int = 0
    misses: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.hits + other.hits, self.misses + other.misses)

    @property
    def ratio(self) -> float | None:
        """The share of hits; None where nothing was asked for."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None


@dataclass(frozen=True, slots=True)
class Promotion:
    """A picture that is kept ready everywhere from `since` until `until`."""

    picture_id: str
    heat: Heat
    since: datetime
    until: datetime
    warmed_at: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Whether it has to be brought to the edge now."""
        if not self.since - HEAD_START <= now < self.until:
            return False
        return self.warmed_at is None or now - self.warmed_at >= WARM_FOR


def judged(short: Sequence[int], long: Sequence[int]) -> Heat | None:
    """How hot a picture is by its requests in the last `SHORT_SLOTS` slots and in the last `LONG_SLOTS` hours."""
    if sum(1 for requests in long if requests >= HOT_AN_HOUR) >= HOT_HOURS:
        return Heat.HOT
    recent = sum(short)
    # What it was asked for in the same time on average: the hour that the burst is part of says nothing of before.
    usual = sum(long[1:]) / max(1, len(long) - 1) * SHORT_SLOTS * (SHORT_SLOT / timedelta(hours=1))
    if recent >= TEMPORARY_REQUESTS and recent >= TEMPORARY_FACTOR * usual:
        return Heat.TEMPORARY
    return None


def short_slot(moment: datetime) -> str:
    """The five minutes that the moment is in."""
    return f"m#{(moment - (moment - _EPOCH) % SHORT_SLOT).strftime('%Y-%m-%dT%H:%M')}"


def long_slot(moment: datetime, kind: str = "h") -> str:
    """The hour that the moment is in."""
    return f"{kind}#{moment.strftime('%Y-%m-%dT%H')}"


def short_slots(now: datetime) -> list[str]:
    """The slots of the short window, the latest first."""
    return [short_slot(now - number * SHORT_SLOT) for number in range(SHORT_SLOTS)]


def long_slots(now: datetime, hours: int = LONG_SLOTS, kind: str = "h") -> list[str]:
    """The slots of the long window, the latest first."""
    return [long_slot(now - timedelta(hours=number), kind) for number in range(hours)]
