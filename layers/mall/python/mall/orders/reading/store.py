"""Orders as merchants list them, in DynamoDB."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from mall import nosql
from mall.orders.model import Order


class OfStatus(GlobalSecondaryIndex["OrderItem"]):  # type: ignore[no-untyped-call]
    """A merchant's orders of one status, in the order of their ids."""

    class Meta:
        index_name = "of_status"
        projection = IncludeProjection(["version"])

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class OrderItem(nosql.Model):
    """An order, without what is nobody's business but its buyer's; `shelf` is `<merchant>#<status>`."""

    class Meta(nosql.Table):
        logical = "orders"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    shelf = UnicodeAttribute()
    version = NumberAttribute()
    user_id = UnicodeAttribute()
    trade_id = UnicodeAttribute()
    status = UnicodeAttribute()
    pay_status = UnicodeAttribute()
    ship_status = UnicodeAttribute()
    refund_status = UnicodeAttribute()
    aftersale_open = BooleanAttribute()
    overdue = BooleanAttribute()
    currency = UnicodeAttribute()
    payable = NumberAttribute()
    earned = NumberAttribute()
    refunded = NumberAttribute()
    note = UnicodeAttribute()
    delivery_date = UnicodeAttribute(null=True)
    lines = JSONAttribute()
    created_at = UnicodeAttribute()
    changed_at = UnicodeAttribute()
    paid_at = UnicodeAttribute(null=True)

    of_status = OfStatus()


def put(order: Order) -> bool:
    """Keep an order as it is; False when a later version of it is here already."""
    item = OrderItem(
        merchant_id=order.merchant_id,
        id=order.id,
        shelf=f"{order.merchant_id}#{order.status.value}",
        version=order.version,
        user_id=order.user_id,
        trade_id=order.trade_id,
        status=order.status.value,
        pay_status=order.pay_status.value,
        ship_status=order.ship_status.value,
        refund_status=order.refund_status.value,
        aftersale_open=order.aftersale_open,
        overdue=order.overdue,
        currency=order.currency,
        payable=order.payable.cents,
        earned=(order.payable + order.platform_part).cents,
        refunded=order.refunded.cents,
        note=order.note,
        delivery_date=order.delivery_date,
        lines=[
            {
                "id": line.id,
                "product_id": line.product_id,
                "sku_id": line.sku_id,
                "name": dict(line.name),
                "options": [dict(one) for one in line.options],
                "picture_id": line.picture_id,
                "quantity": line.quantity,
                "shipped": line.shipped,
                "payable": line.payable.cents,
            }
            for line in order.lines
        ],
        created_at=order.created_at.isoformat(),
        changed_at=order.updated_at.isoformat(),
        paid_at=None if order.paid_at is None else order.paid_at.isoformat(),
    )
    try:
        with nosql.conditional():
            item.save(condition=OrderItem.id.does_not_exist() | (OrderItem.version < order.version))
    except nosql.ConditionFailed:
        return False
    return True


def versions(keys: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The versions of orders that are here, by id; keys are of merchant and order."""
    found = OrderItem.batch_get(list(keys), consistent_read=True, attributes_to_get=["merchant_id", "id", "version"])
    return {item.id: int(item.version) for item in found}


def changed_since(since: datetime, *, size: int, go_on: Callable[[], bool]) -> Iterator[Sequence[str]]:
    """The ids of orders that are here and changed since then, some at a time."""
    start: dict[str, Any] | None = None
    while go_on():
        page = OrderItem.scan(
            OrderItem.changed_at >= since.isoformat(),
            attributes_to_get=["merchant_id", "id"],
            page_size=size,
            limit=size,
            last_evaluated_key=start,
        )
        ids = [item.id for item in page]
        if ids:
            yield ids
        start = page.last_evaluated_key
        if start is None:
            return
