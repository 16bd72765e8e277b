"""What a merchant writes about a product."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mall.catalog.categories.template import Value
from mall.catalog.texts import Texts
from mall.money import Money

__all__ = ["Content", "Option", "Sku", "Tier", "Value"]


@dataclass(frozen=True, slots=True)
class Option:
    """Something that sets SKUs apart, and the values that it has here."""

    code: str
    name: Texts = field(default_factory=dict)
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """What one costs for whoever takes `quantity` or more."""

    quantity: int
    price: Money


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing that can be bought: the values of the options that make it, and what it costs.

    `price` and `list_price` are the offer's once there is one; `stock` is how many there are when it is first offered.
    `tiers` (by quantity) and `member_prices` (by member level) are kept for the pricing of orders.
    """

    price: Money
    id: str = ""
    code: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    list_price: Money | None = None
    barcode: str = ""
    weight_g: int | None = None
    picture_id: str = ""
    stock: int | None = None
    tiers: tuple[Tier, ...] = ()
    member_prices: Mapping[str, Money] = field(default_factory=dict)

    @property
    def choice(self) -> tuple[tuple[str, str], ...]:
        """What sets it apart from the product's other SKUs."""
        return tuple(sorted(self.options.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a merchant says of a product; see `mall.catalog.products.preparing` for what is possible."""

    category_id: str
    name: Texts
    brand_id: str = ""
    slug: str = ""
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    skus: tuple[Sku, ...] = ()
    pictures: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    gender_affinity: str = ""
    on_sale_from: datetime | None = None
    on_sale_until: datetime | None = None
    external_id: str = ""

    def picture_ids(self) -> set[str]:
        """All pictures that it shows."""
        return {*self.pictures, *(sku.picture_id for sku in self.skus if sku.picture_id)}
