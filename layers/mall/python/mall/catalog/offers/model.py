"""Prices and stock: what may be offered, and what a change of it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

from mall import errors
from mall.money import Money

DEAREST = 10**11
MOST_STOCK = 10**9
# With so many or fewer left, people are told to hurry.
LOW = 5
_CHINA = timezone(timedelta(hours=8))
# How long an order takes from payment to the door, until carriers tell it themselves.
_DELIVERY_DAYS = (2, 5)


class NoSuchOffer(errors.NotFound):
    message = "The product has no such SKU on offer."


class BadPrice(errors.Invalid):
    message = "This is not a price."


class OfferChangedMeanwhile(errors.Conflict):
    message = "The offers were changed meanwhile. Try again."


class Stock(StrEnum):
    """What people are told of how many there are."""

    IN_STOCK = "in_stock"
    LOW = "low"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a SKU costs and how many of it can be sold."""

    sku_id: str
    price: Money
    list_price: Money | None
    available: int
    updated_at: datetime

    @property
    def state(self) -> Stock:
        """What people are told of `available`."""
        return Stock.OUT if self.available <= 0 else Stock.LOW if self.available <= LOW else Stock.IN_STOCK


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about a SKU; None leaves it as it is. `list_price` counts with `price` only."""

    sku_id: str
    price: Money | None = None
    list_price: Money | None = None
    available: int | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """All offers of a product."""

    product_id: str
    merchant_id: str
    offers: Mapping[str, Offer] = field(default_factory=dict)
    version: int = 0

    def changed(self, changes: Iterable[Change], at: datetime) -> "tuple[Offers, dict[str, list[str]]]":
        """The offers after `changes`, and which SKUs' `price` and `stock` they touch.

        Raises NoSuchOffer or BadPrice, which name the change.
        """
        offers = dict(self.offers)
        touched: dict[str, list[str]] = {}
        for number, change in enumerate(changes):
            before = offers.get(change.sku_id)
            if before is None:
                raise NoSuchOffer(field=f"offers.{number}.sku_id")
            after = before
            if change.price is not None:
                check_price(change.price, change.list_price, f"offers.{number}")
                if change.price.currency != before.price.currency:
                    raise BadPrice("A SKU keeps its currency.", field=f"offers.{number}.price")
                after = replace(after, price=change.price, list_price=change.list_price)
                if after != before:
                    touched.setdefault("price", []).append(change.sku_id)
            if change.available is not None and change.available != before.available:
                after = replace(after, available=change.available)
                touched.setdefault("stock", []).append(change.sku_id)
            if after != before:
                offers[change.sku_id] = replace(after, updated_at=at)
        return replace(self, offers=offers), touched

    def for_(self, wanted: Iterable[Offer]) -> "Offers":
        """The offers of exactly these SKUs: those that there are stay as they are, the others begin as given."""
        return replace(self, offers={offer.sku_id: self.offers.get(offer.sku_id, offer) for offer in wanted})


def check_price(price: Money, list_price: Money | None, at: str) -> None:
    """Raise BadPrice where something cannot cost that."""
    if not 0 < price.cents <= DEAREST:
        raise BadPrice("A price is more than nothing.", field=f"{at}.price")
    if list_price is not None:
        if list_price.currency != price.currency:
            raise BadPrice("Both prices are in one currency.", field=f"{at}.list_price")
        if not price.cents <= list_price.cents <= DEAREST:
            raise BadPrice("The list price is not below the price.", field=f"{at}.list_price")


def delivery(at: datetime) -> tuple[date, date]:
    """When something that is ordered now arrives, at the earliest and at the latest, by the calendar of China."""
    today = at.astimezone(_CHINA).date()
    return today + timedelta(days=_DELIVERY_DAYS[0]), today + timedelta(days=_DELIVERY_DAYS[1])


def to_json(offers: Offers) -> dict[str, Any]:
    """The offers as JSON has them."""
    return {
        offer.sku_id: {
            "price": offer.price.cents,
            "list_price": None if offer.list_price is None else offer.list_price.cents,
            "currency": offer.price.currency,
            "available": offer.available,
            "updated_at": offer.updated_at.isoformat(),
        }
        for offer in offers.offers.values()
    }


def of_json(content: Mapping[str, Any]) -> dict[str, Offer]:
    """The offers that `to_json` wrote."""
    return {
        sku_id: Offer(
            sku_id,
            Money(said["price"], said["currency"]),
            None if said["list_price"] is None else Money(said["list_price"], said["currency"]),
            said["available"],
            datetime.fromisoformat(said["updated_at"]),
        )
        for sku_id, said in content.items()
    }
