"""Which shard holds which of the 1,024 virtual slots.

The setting `MALL_SLOTS` says how the slots were first divided (`0-511=0,512-1023=1`). Once slots have been moved, the
table `slot_map` on shard 0 is the truth: it lists those that live elsewhere than the setting says. It is read at most
every LIFE seconds an execution environment, and again when a write is refused because its slot has moved. While a slot
is on the move, which the mover announces LIFE seconds before, nobody keeps the map: every session reads it.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mall import config
from mall.ids import SLOTS

LIFE = 30.0
"""Seconds for which a slot map may be used when it says that no slot is moving."""


@dataclass(frozen=True)
class SlotMap:
    """Where every slot is: `shards[slot]` is the number of the shard that holds it. Those `moving` may leave it."""

    shards: tuple[int, ...]
    moving: frozenset[int] = frozenset()
    _ranges: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict, compare=False, repr=False)

    def shard_of(self, slot: int) -> int:
        """The shard that holds `slot`."""
        return self.shards[slot]

    def slots_of(self, shard: int) -> tuple[int, ...]:
        """The slots that `shard` holds, in order."""
        return tuple(slot for slot, holder in enumerate(self.shards) if holder == shard)

    def ranges_of(self, shard: int) -> tuple[tuple[int, int], ...]:
        """The same as ranges, both ends included."""
        if shard not in self._ranges:
            ranges: list[tuple[int, int]] = []
            for slot in self.slots_of(shard):
                if ranges and ranges[-1][1] == slot - 1:
                    ranges[-1] = (ranges[-1][0], slot)
                else:
                    ranges.append((slot, slot))
            self._ranges[shard] = tuple(ranges)
        return self._ranges[shard]

    def moving_on(self, shard: int) -> tuple[int, ...]:
        """The slots of `shard` that are on the move."""
        return tuple(slot for slot in sorted(self.moving) if self.shards[slot] == shard)

    def moved(self, overrides: Iterable[tuple[int, int, bool]]) -> "SlotMap":
        """This map with `overrides` applied: a slot, its shard, and whether it is on the move."""
        shards, moving = list(self.shards), set()
        for slot, shard, on_the_move in overrides:
            shards[slot] = shard
            if on_the_move:
                moving.add(slot)
        return SlotMap(tuple(shards), frozenset(moving))


def parse(text: str) -> SlotMap:
    """The map that a setting such as `0-511=0,512-1023=1` describes. Every slot is given exactly once."""
    shards: list[int | None] = [None] * SLOTS
    for part in filter(None, (part.strip() for part in text.split(","))):
        slots, _, shard = part.partition("=")
        first, _, last = slots.partition("-")
        for slot in range(int(first), int(last or first) + 1):
            if not 0 <= slot < SLOTS or shards[slot] is not None:
                raise config.ConfigurationMissing(f"MALL_SLOTS gives slot {slot} twice, or there is no such slot.")
            shards[slot] = int(shard)
    complete = tuple(shard for shard in shards if shard is not None)
    if len(complete) != SLOTS:
        raise config.ConfigurationMissing(f"MALL_SLOTS leaves out {SLOTS - len(complete)} slots.")
    return SlotMap(complete)


def configured() -> SlotMap:
    """The division that the settings describe; without `MALL_SLOTS` the slots are divided evenly in ranges."""
    return _configured_for(config.database_urls())


def _configured_for(urls: tuple[str, ...]) -> SlotMap:
    text = config.get("MALL_SLOTS", "")
    key = (text, len(urls))
    if key not in _configured:
        _configured[key] = parse(text) if text else SlotMap(tuple(slot * len(urls) // SLOTS for slot in range(SLOTS)))
        if max(_configured[key].shards) >= len(urls):
            raise config.ConfigurationMissing("MALL_SLOTS names a shard that MALL_DATABASE_URLS does not have.")
    return _configured[key]


def current(read: Callable[[], Iterable[tuple[int, int, bool]] | None]) -> SlotMap:
    """The map to use now. `read` fetches the rows of `slot_map`, or gives None when it cannot at this moment."""
    urls = config.database_urls()
    base = _configured_for(urls)
    if len(urls) == 1:
        return base
    known = _known.get(urls)
    if known is not None and known[0] > _now():
        return known[1]
    asked = _now()
    overrides = read()
    if overrides is None:
        return known[1] if known is not None else base
    fresh = base.moved(overrides)
    _known[urls] = (asked + (0.0 if fresh.moving else LIFE), fresh)
    return fresh


def forget() -> None:
    """Read the map afresh before it is used again."""
    for urls, (_, known) in list(_known.items()):
        _known[urls] = (0.0, known)


def _now() -> float:
    """Seconds on a clock that goes on while a frozen execution environment sleeps, where the system has one."""
    return time.clock_gettime(_CLOCK)


_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_configured: dict[tuple[str, int], SlotMap] = {}
_known: dict[tuple[str, ...], tuple[float, SlotMap]] = {}
