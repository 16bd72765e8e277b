"""Counting searches without writing each."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HELD = timedelta(seconds=5)
LONGEST = 40
REMEMBERED = 10_000
COUNTED = timedelta(hours=48)
HALF_LIFE_HOURS = 12.0
MOST_HOT_WORDS = 50


@dataclass
class Tally:
    """The searches of one execution environment since it last wrote them down.

    Whoever repeats a search within the hour is counted once, so that nobody makes a word hot alone.
    """

    counts: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    written: datetime | None = None
    hour: int = 0
    known: set[tuple[str, str]] = field(default_factory=set)

    def add(self, term: str, text: str, source: str, *, at: datetime) -> None:
        """Count a search by somebody at the address `source`."""
        hour = int(at.timestamp()) // 3600
        if hour != self.hour or len(self.known) >= REMEMBERED:
            self.hour = hour
            self.known.clear()
        if (term, source) not in self.known:
            self.known.add((term, source))
            self.counts[term] += 1
            self.texts.setdefault(term, text)

    def due(self, now: datetime) -> bool:
        """Whether there is something to be written down by now."""
        return bool(self.counts) and (self.written is None or now - self.written >= HELD)

    def take(self, now: datetime) -> list[tuple[str, str, int]]:
        """What there is to be written down (term, text, searches), in the order in which everybody locks rows."""
        found = [(term, self.texts[term], count) for term, count in sorted(self.counts.items())]
        self.counts.clear()
        self.texts.clear()
        self.written = now
        return found
