"""The way out of the catalog: a merchant's products as documents, which an import would take in again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Offer
from mall.catalog.products import service as products
from mall.catalog.products.model import Product
from mall.imports.model import TooManyProducts
from mall.money import Money

_PAGE = 100


def documents(merchant_id: str, *, most: int) -> Iterator[dict[str, Any]]:
    """All products of the merchant as they were edited last, with what they cost and how many there are now.

    Raises TooManyProducts.
    """
    count, after = 0, None
    while True:
        page, after = products.newest_of_merchant(merchant_id, after=after, limit=_PAGE)
        count += len(page)
        if count > most:
            raise TooManyProducts
        offered = offers.of_products([product.id for product in page])
        for product in page:
            yield document(product, {offer.sku_id: offer for offer in offered.get(product.id, ())})
        if after is None:
            return


def document(product: Product, offered: dict[str, Offer]) -> dict[str, Any]:
    """One product; one that its merchant has no id for goes by ours."""
    said: dict[str, Any] = {
        "external_id": product.external_id or product.id,
        "name": dict(product.name),
        "category": product.category_id,
        "brand": product.brand_id,
        "summary": dict(product.summary),
        "description": dict(product.description),
        "attributes": dict(product.attributes),
        "options": [
            {
                "code": option.code,
                "name": dict(option.name),
                "values": [{"code": value.code, "name": dict(value.name)} for value in option.values],
            }
            for option in product.options
        ],
        "skus": [],
        "pictures": list(product.pictures),
        "labels": list(product.labels),
        "tags": list(product.tags),
        "gender_affinity": product.gender_affinity,
        "on_sale_from": _moment(product.on_sale_from),
        "on_sale_until": _moment(product.on_sale_until),
    }
    for sku in product.skus:
        offer = offered.get(sku.id)
        said["skus"].append(
            _without_nothing(
                {
                    "code": sku.code,
                    "options": dict(sku.options),
                    "price": _amount(offer.price if offer else sku.price),
                    "list_price": _amount(offer.list_price if offer else sku.list_price),
                    "stock": offer.available if offer else sku.stock,
                    "barcode": sku.barcode,
                    "weight_g": sku.weight_g,
                    "picture": sku.picture_id,
                }
            )
        )
    return _without_nothing(said)


def _without_nothing(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _amount(money: Money | None) -> str | None:
    return None if money is None else f"{money.cents // 100}.{money.cents % 100:02d}"


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
