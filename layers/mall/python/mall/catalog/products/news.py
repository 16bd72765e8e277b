"""What others are told when a product changes."""

from datetime import datetime
from typing import Any

from mall.catalog.products.model import Flag, Product, Record, State
from mall.events import Event


def of(before: Record | None, after: Record) -> list[Event]:
    """The news of a change, in the order in which it happened."""
    told = []
    if before is not None and before.draft is not None and before.draft.state is State.IN_REVIEW:
        decided = _decision(after)
        if decided is not None:
            told.append(Event.of("catalog.ProductReviewed", aggregate=after.id, data=decided))
    old, new = None if before is None else before.live, after.live
    if new is None:
        return told
    was, is_ = old is not None and old.state is State.ON_SALE, new.state is State.ON_SALE
    if is_ and (not was or old is None or (old.version, old.category_id) != (new.version, new.category_id)):
        told.append(Event.of("catalog.ProductPublished", aggregate=after.id, data=_published(new, first=old is None)))
    if was and not is_:
        told.append(Event.of("catalog.ProductTakenDown", aggregate=after.id, data=_taken_down(new)))
    flags = {} if old is None else dict(old.flags)
    if flags != dict(new.flags):
        told.append(Event.of("catalog.FlagsChanged", aggregate=after.id, data=_flags(new)))
    return told


def _decision(after: Record) -> dict[str, Any] | None:
    data: dict[str, Any] = {"product_id": after.id, "merchant_id": after.merchant_id}
    if after.draft is None:
        return data | {"decision": "approved", "reasons": []} if after.live is not None else None
    if after.draft.state is not State.REFUSED:
        return None
    reasons = [{"message": reason.message, "field": reason.field} for reason in after.draft.reasons]
    return data | {"decision": "refused", "reasons": reasons}


def _published(product: Product, *, first: bool) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "merchant_id": product.merchant_id,
        "category_id": product.category_id,
        "brand_id": product.brand_id or None,
        "version": product.version,
        "first": first,
    }


def _taken_down(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "merchant_id": product.merchant_id,
        "category_id": product.category_id,
        "reason": "" if product.off is None else product.off.value,
    }


def _flags(product: Product) -> dict[str, Any]:
    order: list[tuple[str, datetime]] = sorted(product.flags.items())
    flags = {Flag(flag).value: until.isoformat() for flag, until in order}
    return {"product_id": product.id, "flags": flags}
