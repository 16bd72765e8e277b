"""Favourites and views: what they are and how many there may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from mall import errors, ids

MOST_FAVOURITES = 2_000
VIEWS_KEPT = timedelta(days=90)
"""How long views and searches are kept."""

_SEARCH_DIGEST = 12


class TooManyFavourites(errors.Conflict):
    message = f"You have {MOST_FAVOURITES:,} favourites. Remove some first."


class NotAFavouriteKind(errors.NotFound):
    message = "Favourites are of products and merchants."


class Kind(StrEnum):
    """What can be somebody's favourite."""

    PRODUCT = "product"
    MERCHANT = "merchant"

    @classmethod
    def of(cls, name: str) -> "Kind":
        """The kind called `name`. Raises NotAFavouriteKind."""
        try:
            return cls(name)
        except ValueError:
            raise NotAFavouriteKind from None

    def check(self, id: str) -> str:
        """`id`, if it can be the id of such a thing. Raises ids.MalformedId."""
        return (check_product if self is Kind.PRODUCT else check_merchant)(id)


@dataclass(frozen=True, slots=True)
class Favourite:
    """A product or merchant that somebody marked, and when."""

    kind: Kind
    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Viewing:
    """A product that somebody looked at, and when they did so last."""

    product_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody searched for, as they typed it last, and when. Capitals and spaces make no other search of it."""

    text: str
    at: datetime

    @property
    def id(self) -> str:
        """What tells it from one's other searches."""
        return blake2b(" ".join(self.text.casefold().split()).encode(), digest_size=_SEARCH_DIGEST).hexdigest()


def check_product(id: str) -> str:
    """`id`, if it can be a product's. Raises ids.MalformedId."""
    return _check("prd", id, sharded=False)


def check_merchant(id: str) -> str:
    """`id`, if it can be a merchant's. Raises ids.MalformedId."""
    return _check("mch", id, sharded=True)


def check_search(id: str) -> str:
    """`id`, if it can be a search's. Raises ids.MalformedId."""
    if len(id) != 2 * _SEARCH_DIGEST or not set(id) <= set("0123456789abcdef"):
        raise ids.MalformedId("This is not the id of a search.")
    return id


def _check(prefix: str, id: str, *, sharded: bool) -> str:
    kind, _, tail = id.partition("_")
    length = 28 if sharded else 26
    if kind != prefix or len(tail) != length or not set(tail) <= _ALPHABET:
        raise ids.MalformedId(f"This is not the id of a {'merchant' if sharded else 'product'}.")
    return id


_ALPHABET = set(ids.ALPHABET)
