"""The product card: what a product shows of itself in every list, on the home page and among the hits of a search.

A card is composed once, when the product changes, with its texts in every language, and kept as JSON. `shown` picks
what a reader of one language sees at a moment; it is what `CardView` describes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from mall.catalog.texts import Texts, pick
from mall.fields import Amount
from mall.http import View
from mall.money import Money

Card = dict[str, Any]
"""A composed card (JSON types)."""


class PriceRange(View):
    """What the cheapest and the dearest variant cost."""

    from_: Amount = Field(alias="from")
    to: Amount


class Named(View):
    """A merchant or brand, and what it is called."""

    id: str
    name: str


class CardView(View):
    """A product in a list; `flags` are those that hold now (`hot`, `new`, `pinned`)."""

    id: str
    slug: str
    name: str
    price: PriceRange
    list_price: Amount | None = None
    picture_id: str | None = None
    merchant: Named
    brand: Named | None = None
    flags: list[str]
    stock_state: str
    rating: float | None = None


def compose(
    id: str,
    *,
    slug: str,
    name: Texts,
    prices: tuple[Money, Money],
    list_price: Money | None,
    picture_id: str | None,
    merchant: tuple[str, Texts],
    brand: tuple[str, Texts] | None,
    flags: Mapping[str, datetime],
    stock_state: str,
) -> Card:
    """The card of a product: `prices` are the lowest and the highest, `flags` say until when each holds."""
    return {
        "id": id,
        "slug": slug,
        "name": dict(name),
        "price": {"from": _amount(prices[0]), "to": _amount(prices[1])},
        "list_price": None if list_price is None else _amount(list_price),
        "picture_id": picture_id,
        "merchant": {"id": merchant[0], "name": dict(merchant[1])},
        "brand": None if brand is None else {"id": brand[0], "name": dict(brand[1])},
        "flags": {flag: until.isoformat() for flag, until in sorted(flags.items())},
        "stock_state": stock_state,
        "rating": None,
    }


def shown(card: Card, locale: str, now: datetime) -> dict[str, Any]:
    """A card as a reader of `locale` sees it now, for `CardView`; in another language where theirs is missing."""
    seen = card | {
        "name": pick(card["name"], locale),
        "merchant": card["merchant"] | {"name": pick(card["merchant"]["name"], locale)},
        "flags": [flag for flag, until in card["flags"].items() if datetime.fromisoformat(until) > now],
    }
    if card["brand"] is not None:
        seen["brand"] = card["brand"] | {"name": pick(card["brand"]["name"], locale)}
    return seen


def _amount(money: Money) -> dict[str, Any]:
    return {"amount": money.cents, "currency": money.currency}
