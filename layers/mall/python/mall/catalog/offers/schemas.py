"""What clients send and get of offers."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from mall import ids
from mall.catalog.offers.model import DEAREST, MOST_STOCK, Change, Offer, Offers, Stock
from mall.fields import Amount
from mall.http import Body, View
from mall.money import Money


class Price(Body):
    """An amount in minor units (分, cents)."""

    amount: Annotated[int, Field(gt=0, le=DEAREST)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"

    def money(self) -> Money:
        """The amount that is meant."""
        return Money(self.amount, self.currency)


class OfferBody(Body):
    """What a SKU is to cost, and how many there are; what is left out stays."""

    sku_id: Annotated[str, Field(pattern=ids.pattern("sku"))]
    price: Price | None = None
    list_price: Price | None = Field(None, description="With a price only; without it there is none any more.")
    available: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = None

    def change(self) -> Change:
        """The change that is meant."""
        return Change(
            self.sku_id,
            None if self.price is None else self.price.money(),
            None if self.list_price is None else self.list_price.money(),
            self.available,
        )


class ChangedOffers(Body):
    """Prices and stock of some SKUs of a product."""

    offers: Annotated[list[OfferBody], Field(min_length=1, max_length=200)]


class SkuOffer(View):
    """What a SKU costs and whether it can be had."""

    sku_id: str
    price: Amount
    list_price: Amount | None
    state: Stock

    @classmethod
    def of(cls, offer: Offer) -> "SkuOffer":
        """What everybody sees of `offer`."""
        listed = None if offer.list_price is None else Amount.of(offer.list_price)
        return cls(sku_id=offer.sku_id, price=Amount.of(offer.price), list_price=listed, state=offer.state)


class Delivery(View):
    """The days between which something arrives that is ordered now."""

    from_: date = Field(serialization_alias="from")
    to: date


class OfferView(View):
    """The live side of a product's page."""

    product_id: str
    skus: list[SkuOffer]
    delivery: Delivery | None = Field(description="Nothing where nothing can be had.")


class OwnOffer(View):
    """What a SKU costs and how many there are, for its merchant."""

    sku_id: str
    price: Amount
    list_price: Amount | None
    available: int
    state: Stock
    updated_at: datetime


class OwnOffers(View):
    """The offers of a merchant's own product."""

    product_id: str
    offers: list[OwnOffer]

    @classmethod
    def of(cls, offers: Offers) -> "OwnOffers":
        """The view of `offers`, for their merchant only."""
        return cls(
            product_id=offers.product_id,
            offers=[
                OwnOffer(
                    sku_id=offer.sku_id,
                    price=Amount.of(offer.price),
                    list_price=None if offer.list_price is None else Amount.of(offer.list_price),
                    available=offer.available,
                    state=offer.state,
                    updated_at=offer.updated_at,
                )
                for offer in offers.offers.values()
            ],
        )
