"""Products as JSON: how they are kept, and what two versions of one are compared by."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from mall.catalog.products.content import Content, Option, Sku, Tier, Value
from mall.catalog.products.model import Draft, Off, Product, Reason, State
from mall.money import Money

Json = dict[str, Any]


def of_content(content: Content) -> Json:
    """What a merchant wrote, as JSON."""
    return {
        "category_id": content.category_id,
        "brand_id": content.brand_id,
        "slug": content.slug,
        "name": dict(content.name),
        "summary": dict(content.summary),
        "description": dict(content.description),
        "attributes": dict(content.attributes),
        "options": [
            {
                "code": option.code,
                "name": dict(option.name),
                "values": [{"code": value.code, "name": dict(value.name)} for value in option.values],
            }
            for option in content.options
        ],
        "skus": [of_sku(sku) for sku in content.skus],
        "pictures": list(content.pictures),
        "labels": list(content.labels),
        "tags": list(content.tags),
        "gender_affinity": content.gender_affinity,
        "on_sale_from": _time(content.on_sale_from),
        "on_sale_until": _time(content.on_sale_until),
        "external_id": content.external_id,
    }


def of_sku(sku: Sku) -> Json:
    """A SKU as JSON."""
    return {
        "id": sku.id,
        "code": sku.code,
        "options": dict(sku.options),
        "price": sku.price.cents,
        "list_price": None if sku.list_price is None else sku.list_price.cents,
        "currency": sku.price.currency,
        "barcode": sku.barcode,
        "weight_g": sku.weight_g,
        "picture_id": sku.picture_id,
        "stock": sku.stock,
        "tiers": [{"quantity": tier.quantity, "price": tier.price.cents} for tier in sku.tiers],
        "member_prices": {level: price.cents for level, price in sku.member_prices.items()},
    }


def content_of(said: Mapping[str, Any]) -> Content:
    """The content that `of_content` wrote."""
    return Content(**_content(said))


def of_product(product: Product) -> Json:
    """What is live, as JSON."""
    return of_content(product) | {
        "version": product.version,
        "state": product.state.value,
        "created_at": _time(product.created_at),
        "updated_at": _time(product.updated_at),
        "published_at": _time(product.published_at),
        "flags": {flag: _time(until) for flag, until in product.flags.items()},
        "off": None if product.off is None else product.off.value,
        "off_reason": product.off_reason,
    }


def product_of(said: Mapping[str, Any], *, id: str, merchant_id: str) -> Product:
    """What is live, as `of_product` wrote it."""
    return Product(
        **_content(said),
        id=id,
        merchant_id=merchant_id,
        version=said["version"],
        state=State(said["state"]),
        created_at=datetime.fromisoformat(said["created_at"]),
        updated_at=datetime.fromisoformat(said["updated_at"]),
        published_at=_moment(said["published_at"]),
        flags={flag: datetime.fromisoformat(until) for flag, until in said["flags"].items()},
        off=None if said["off"] is None else Off(said["off"]),
        off_reason=said["off_reason"],
    )


def of_draft(draft: Draft) -> Json:
    """A draft as JSON."""
    return {
        "content": of_content(draft.content),
        "state": draft.state.value,
        "updated_at": _time(draft.updated_at),
        "updated_by": draft.updated_by,
        "submitted_at": _time(draft.submitted_at),
        "reasons": [{"message": reason.message, "field": reason.field} for reason in draft.reasons],
        "reviewed_by": draft.reviewed_by,
    }


def draft_of(said: Mapping[str, Any]) -> Draft:
    """The draft that `of_draft` wrote."""
    return Draft(
        content_of(said["content"]),
        state=State(said["state"]),
        updated_at=_moment(said["updated_at"]),
        updated_by=said["updated_by"],
        submitted_at=_moment(said["submitted_at"]),
        reasons=tuple(Reason(**reason) for reason in said["reasons"]),
        reviewed_by=said["reviewed_by"],
    )


def _content(said: Mapping[str, Any]) -> Json:
    plain = {name: said[name] for name in _PLAIN}
    return plain | {
        "options": tuple(
            Option(
                option["code"],
                option["name"],
                tuple(Value(value["code"], value["name"]) for value in option["values"]),
            )
            for option in said["options"]
        ),
        "skus": tuple(_sku(sku) for sku in said["skus"]),
        "pictures": tuple(said["pictures"]),
        "labels": tuple(said["labels"]),
        "tags": tuple(said["tags"]),
        "on_sale_from": _moment(said["on_sale_from"]),
        "on_sale_until": _moment(said["on_sale_until"]),
    }


_MADE = {"options", "skus", "pictures", "labels", "tags", "on_sale_from", "on_sale_until"}
_PLAIN = tuple(one.name for one in fields(Content) if one.name not in _MADE)


def _sku(said: Mapping[str, Any]) -> Sku:
    listed = said["list_price"]
    return Sku(
        price=Money(said["price"], said["currency"]),
        id=said["id"],
        code=said["code"],
        options=said["options"],
        list_price=None if listed is None else Money(listed, said["currency"]),
        barcode=said["barcode"],
        weight_g=said["weight_g"],
        picture_id=said["picture_id"],
        stock=said["stock"],
        tiers=tuple(Tier(tier["quantity"], Money(tier["price"], said["currency"])) for tier in said.get("tiers", ())),
        member_prices={level: Money(cents, said["currency"]) for level, cents in said.get("member_prices", {}).items()},
    )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
