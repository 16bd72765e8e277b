"""What everybody gets of a product."""

from datetime import datetime
from typing import Any

from pydantic import Field

from mall.catalog.offers.schemas import OfferView
from mall.fields import Amount
from mall.http import View


class Named(View):
    """Something with an id, and what it is called."""

    id: str
    name: str


class Coded(View):
    """A value, and what it is called."""

    code: str
    name: str


class OptionView(View):
    """Something that sets SKUs apart."""

    code: str
    name: str
    values: list[Coded]


class AttributeView(View):
    """Something that is said of the product: the value as it is kept, and as people read it."""

    code: str
    name: str
    value: Any
    text: str


class SkuView(View):
    """One thing that can be bought; what it costs and whether it can be had is in the offer."""

    id: str
    code: str
    options: dict[str, str]
    barcode: str
    weight_g: int | None
    picture_id: str | None


class ProductView(View):
    """A product on sale."""

    id: str
    slug: str
    version: int
    name: str
    summary: str
    description: str = Field(description="HTML, sanitised.")
    category: list[Named] = Field(description="The categories from the root to the product's own.")
    brand: Named | None
    merchant: Named
    attributes: list[AttributeView]
    options: list[OptionView]
    skus: list[SkuView]
    pictures: list[str]
    tags: list[str]
    flags: dict[str, datetime]
    price: dict[str, Amount] = Field(description="`from` the cheapest `to` the dearest SKU.")
    offer: OfferView
    published_at: datetime
    updated_at: datetime
