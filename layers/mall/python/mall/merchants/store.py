"""Merchants in DynamoDB."""

from collections.abc import Iterable
from dataclasses import replace

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import events, nosql
from mall.merchants.model import (
    Kind,
    Merchant,
    MerchantChanged,
    MerchantExists,
    NoSuchMerchant,
    SlugTaken,
    State,
)

_MERCHANT = "merchant"


class _Kinds(GlobalSecondaryIndex["_Item"]):  # type: ignore[no-untyped-call]
    """Merchants in the order in which they came."""

    class Meta:
        index_name = "kinds"
        projection = AllProjection()

    entity = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class _Item(nosql.Model):
    class Meta(nosql.Table):
        logical = "merchants"

    id = UnicodeAttribute(hash_key=True)
    # Only merchants have it; what leads to one by its slug is in no list.
    entity = UnicodeAttribute(null=True)
    merchant_id = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    name = JSONAttribute(null=True)
    about = JSONAttribute(null=True)
    slug = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    logo = UnicodeAttribute(null=True)
    trusted = BooleanAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    version = NumberAttribute(null=True)
    kinds = _Kinds()


def load(merchant_id: str) -> Merchant:
    """The merchant. Raises NoSuchMerchant."""
    try:
        item = _Item.get(merchant_id, consistent_read=True)
    except _Item.DoesNotExist:
        raise NoSuchMerchant from None
    if item.entity != _MERCHANT:
        raise NoSuchMerchant
    return _merchant(item)


def load_many(merchant_ids: Iterable[str]) -> dict[str, Merchant]:
    """Those of the merchants that there are, by id."""
    wanted = set(merchant_ids)
    found = _Item.batch_get(wanted, consistent_read=True) if wanted else ()
    return {item.id: _merchant(item) for item in found if item.entity == _MERCHANT}


def id_of(slug: str) -> str | None:
    """Whose slug it is."""
    try:
        return _Item.get(_slug_id(slug), consistent_read=True).merchant_id
    except _Item.DoesNotExist:
        return None


def create(merchant: Merchant, news: events.Event) -> Merchant:
    """Keep a new merchant. Raises MerchantExists or SlugTaken."""
    merchant = replace(merchant, version=1)
    try:
        with nosql.transaction() as writes:
            writes.save(_item(merchant), condition=_Item.id.does_not_exist())
            writes.save(_slug_item(merchant), condition=_Item.id.does_not_exist())
            writes.save(events.outbox_item(news))
    except nosql.ConditionFailed as failure:
        if 0 in failure.positions:
            raise MerchantExists(merchant_id=merchant.id) from None
        raise SlugTaken(merchant_id=id_of(merchant.slug)) from None
    return merchant


def save(merchant: Merchant, *, before: Merchant, news: events.Event) -> Merchant:
    """Keep a changed merchant. Raises SlugTaken, or MerchantChanged when it is no longer as it was `before`."""
    merchant = replace(merchant, version=before.version + 1)
    try:
        with nosql.transaction() as writes:
            writes.save(_item(merchant), condition=_Item.version == before.version)
            writes.save(events.outbox_item(news))
            if merchant.slug != before.slug:
                writes.save(_slug_item(merchant), condition=_Item.id.does_not_exist())
                writes.delete(_Item(_slug_id(before.slug)))
    except nosql.ConditionFailed as failure:
        if 0 in failure.positions:
            raise MerchantChanged from None
        raise SlugTaken(merchant_id=id_of(merchant.slug)) from None
    return merchant


def page(*, limit: int, after: str | None) -> tuple[list[Merchant], str | None]:
    """A page of all merchants in the order in which they came, and the cursor of the next."""
    found = _Item.kinds.query(
        _MERCHANT, limit=limit, page_size=limit, last_evaluated_key=nosql.start_of(after, entity=_MERCHANT)
    )
    items, following = nosql.page(found)
    return [_merchant(item) for item in items], following


def _item(merchant: Merchant) -> _Item:
    return _Item(
        merchant.id,
        entity=_MERCHANT,
        kind=merchant.kind.value,
        name=dict(merchant.name),
        about=dict(merchant.about),
        slug=merchant.slug,
        state=merchant.state.value,
        logo=merchant.logo,
        trusted=merchant.trusted,
        reason=merchant.reason,
        created_at=merchant.created_at,
        version=merchant.version,
    )


def _slug_item(merchant: Merchant) -> _Item:
    return _Item(_slug_id(merchant.slug), merchant_id=merchant.id)


def _slug_id(slug: str) -> str:
    return f"slug#{slug}"


def _merchant(item: _Item) -> Merchant:
    return Merchant(
        id=item.id,
        kind=Kind(item.kind),
        name=item.name,
        about=item.about,
        slug=item.slug,
        state=State(item.state),
        logo=item.logo,
        trusted=item.trusted,
        reason=item.reason,
        created_at=item.created_at,
        version=int(item.version),
    )
