"""What somebody looks for, in which order they want it, and how far they have come."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from mall import errors

_CURSOR = re.compile(r"(-?\d{1,19}):(-?\d{1,19}):([A-Za-z0-9_]{1,64}):([0-9a-f]{8})")
_LARGEST = 2**63 - 1


class NotACursor(errors.Invalid):
    message = "'after' is not a cursor of this list."


class Sort(StrEnum):
    """The orders in which products are listed; all but `price` begin with the most."""

    RELEVANCE = "relevance"
    SALES = "sales"
    PRICE = "price"
    PRICE_DOWN = "-price"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last product of a page: whether it was pinned, what it was sorted by, and its id."""

    pinned: int
    rank: int
    id: str

    def text(self, of: str) -> str:
        """The cursor as clients hand it back; `of` says of which list it is."""
        plain = f"{self.pinned}:{self.rank}:{self.id}:{_digest(of)}"
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, of: str) -> "Cursor":
        """The cursor of a page of the list `of`. Raises NotACursor."""
        try:
            plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except ValueError:
            raise NotACursor from None
        found = _CURSOR.fullmatch(plain)
        if found is None or found[4] != _digest(of):
            raise NotACursor
        pinned, rank = int(found[1]), int(found[2])
        if max(abs(pinned), abs(rank)) > _LARGEST:
            raise NotACursor
        return cls(pinned, rank, found[3])


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: words of `tsquery`, a category, the chosen values of each facet, a range of prices, an order."""

    words: tuple[str, ...] = ()
    any_word: bool = False
    category: str | None = None
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    price_min: int | None = None
    price_max: int | None = None
    sort: Sort = Sort.RELEVANCE

    @property
    def by_price(self) -> bool:
        """Whether prices matter."""
        return self.price_min is not None or self.price_max is not None

    @property
    def list(self) -> str:
        """What tells this list from others, for cursors."""
        chosen = sorted((code, *sorted(values)) for code, values in self.chosen.items())
        return repr((self.words, self.any_word, self.category, chosen, self.price_min, self.price_max, self.sort.value))


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet's value among the hits."""

    code: str
    kind: str
    title: str
    value: str
    name: str
    count: int


def _digest(of: str) -> str:
    return blake2b(of.encode(), digest_size=4).hexdigest()
