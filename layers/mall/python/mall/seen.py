"""What a function's process remembers for a while of things that rarely change.

brands = Seen(store.load_many, seconds=30)
brands.get("brd_…")
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from mall import clock

T = TypeVar("T")
_everything: "list[Seen[object]]" = []


class Seen(Generic[T]):
    """Things by id, read in one go when they are asked for and not older than `seconds`; that there is none, too."""

    def __init__(self, read: Callable[[list[str]], Mapping[str, T]], *, seconds: float, most: int = 2_000) -> None:
        self._read, self._seconds, self._most = read, seconds, most
        self._known: dict[str, tuple[float, T | None]] = {}
        _everything.append(self)  # type: ignore[arg-type]

    def get(self, id: str) -> T | None:
        """The thing, or None."""
        return self.get_many((id,)).get(id)

    def get_many(self, ids: Iterable[str]) -> dict[str, T]:
        """Those of the things that there are, by id."""
        now = clock.now().timestamp()
        wanted = set(ids)
        stale = [id for id in wanted if not self._fresh(id, now)]
        if stale:
            found = self._read(stale)
            if len(self._known) + len(stale) > self._most:
                self._known = {id: known for id, known in self._known.items() if id in wanted}
            self._known.update({id: (now, found.get(id)) for id in stale})
        return {id: thing for id in wanted if (thing := self._known[id][1]) is not None}

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()

    def _fresh(self, id: str, now: float) -> bool:
        known = self._known.get(id)
        return known is not None and known[0] <= now < known[0] + self._seconds


def forget() -> None:
    """Forget what was seen anywhere, as a new execution environment would. For tests."""
    for seen in _everything:
        seen.clear()
