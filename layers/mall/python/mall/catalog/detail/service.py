"""Putting together what everybody sees of a product."""

from typing import Any

from mall import clock
from mall.catalog.brands import service as brands
from mall.catalog.categories import service as categories
from mall.catalog.categories.model import Published
from mall.catalog.categories.template import Attribute
from mall.catalog.detail import schemas
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Offers
from mall.catalog.offers.schemas import OfferView, PriceView
from mall.catalog.products import service as products
from mall.catalog.products.model import NoSuchProduct, Product
from mall.catalog.texts import pick
from mall.fields import LocaleQuery
from mall.merchants import service as merchants

_YES = {"zh-CN": ("否", "是"), "en": ("No", "Yes")}


def show(product_id: str, query: LocaleQuery) -> schemas.ProductView:
    """A product that is on sale. Raises NoSuchProduct."""
    return _view(*_on_sale(product_id), query.locale)


def show_offer(product_id: str) -> OfferView:
    """What the SKUs of a product on sale cost now, and which can be had. Raises NoSuchProduct."""
    product, known = _on_sale(product_id)
    return offers.view(known, [sku.id for sku in product.skus])


def _on_sale(product_id: str) -> tuple[Product, Offers]:
    found = products.on_sale(product_id)
    if found is None:
        raise NoSuchProduct
    return found


def _view(product: Product, known: Offers, locale: str) -> schemas.ProductView:
    now = clock.now()
    category = categories.seen(product.category_id)
    brand = brands.seen(product.brand_id) if product.brand_id else None
    merchant = merchants.seen(product.merchant_id)
    prices = sorted(sku.price.cents for sku in product.skus)
    currency = product.skus[0].price.currency
    assert product.published_at is not None
    return schemas.ProductView(
        id=product.id,
        slug=product.slug,
        version=product.version,
        name=pick(product.name, locale),
        summary=pick(product.summary, locale),
        description=pick(product.description, locale),
        category=_line(category, locale),
        brand=None if brand is None else schemas.Named(id=brand.id, name=pick(brand.name, locale)),
        merchant=schemas.Named(id=product.merchant_id, name="" if merchant is None else pick(merchant.name, locale)),
        attributes=_attributes(product, category, locale),
        options=[
            schemas.OptionView(
                code=option.code,
                name=pick(option.name, locale),
                values=[schemas.Coded(code=value.code, name=pick(value.name, locale)) for value in option.values],
            )
            for option in product.options
        ],
        skus=[
            schemas.SkuView(
                id=sku.id,
                code=sku.code,
                options=dict(sku.options),
                barcode=sku.barcode,
                weight_g=sku.weight_g,
                picture_id=sku.picture_id or None,
            )
            for sku in product.skus
        ],
        pictures=list(product.pictures),
        tags=list(product.tags),
        flags=product.flags_at(now),
        price={
            "from": PriceView(amount=prices[0], currency=currency),
            "to": PriceView(amount=prices[-1], currency=currency),
        },
        offer=offers.view(known, [sku.id for sku in product.skus]),
        published_at=product.published_at,
        updated_at=product.updated_at,
    )


def _line(category: Published | None, locale: str) -> list[schemas.Named]:
    if category is None:
        return []
    return [schemas.Named(id=id, name=pick(category.names[id], locale)) for id in category.path]


def _attributes(product: Product, category: Published | None, locale: str) -> list[schemas.AttributeView]:
    """What is said of the product, in the order of its category's template; what that no longer knows is left out."""
    stated = {} if category is None else category.template.stated
    return [
        schemas.AttributeView(
            code=code, name=pick(attribute.name, locale), value=value, text=_text(attribute, value, locale)
        )
        for code, attribute in stated.items()
        if (value := product.attributes.get(code)) is not None
    ]


def _text(attribute: Attribute, value: Any, locale: str) -> str:
    if isinstance(value, bool):
        return _YES[locale][value]
    if isinstance(value, list):
        return ("、" if locale == "zh-CN" else ", ").join(_text(attribute, one, locale) for one in value)
    named = next((pick(one.name, locale) for one in attribute.values if one.code == value), str(value))
    return f"{named} {attribute.unit}" if attribute.unit else named
