"""An entry of the index: what a product is found by, where it is listed and what it shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from mall.search.model import EVERYWHERE, facet_id

SCHEME = 1
"""Raised when something else is made of the same product, so that a rebuild writes every entry again."""

_IN_STOCK = 1_000
_FLAGS = {"hot": 500, "new": 200}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that a product has, and how facet and value are called. Categories have a `parent`, roots have none."""

    code: str
    value: str
    kind: str
    title: Mapping[str, str]
    name: Mapping[str, str]
    parent: str | None = None
    position: int = 0

    @property
    def id(self) -> int:
        """The number by which products carry it."""
        return facet_id(self.code, self.value)


@dataclass(frozen=True, slots=True)
class Term:
    """A name that people may mean while they type: of a category, a brand or a product."""

    kind: str
    text: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A product on sale. `texts` are its name, its brand, what describes it in a word, and its description."""

    id: str
    texts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    facets: tuple[FacetValue, ...]
    places: tuple[str, ...]
    terms: tuple[Term, ...]
    price: int
    price_to: int
    published_at: datetime
    flags: Mapping[str, datetime]
    in_stock: bool
    card: dict[str, Any] = field(repr=False)

    def standing(self) -> int:
        """How it stands among others before anything is known of its sales."""
        return (_IN_STOCK if self.in_stock else 0) + sum(_FLAGS.get(flag, 0) for flag in self.flags)

    @property
    def everywhere(self) -> tuple[str, ...]:
        """All places in which it is listed."""
        return (EVERYWHERE, *self.places)

    def digest(self) -> str:
        """What tells this entry from any other of the product, so that nothing is written again."""
        plain = {
            "scheme": SCHEME,
            "texts": self.texts,
            "facets": [[one.code, one.value, one.kind, dict(one.title), dict(one.name), one.parent, one.position]
                       for one in self.facets],
            "places": self.places,
            "terms": [[term.kind, term.text, term.ref] for term in self.terms],
            "prices": [self.price, self.price_to],
            "published": self.published_at.isoformat(),
            "flags": {flag: until.isoformat() for flag, until in self.flags.items()},
            "in_stock": self.in_stock,
            "card": self.card,
        }  # fmt: skip
        return blake2b(json.dumps(plain, sort_keys=True).encode(), digest_size=16).hexdigest()
