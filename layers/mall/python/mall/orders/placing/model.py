"""From a quote to a trade: amounts that add up, and what is different from what somebody saw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall import errors
from mall.money import Money
from mall.orders.model import (
    CartChanged,
    Discount,
    Line,
    Order,
    PayStatus,
    RefundStatus,
    ShipStatus,
    Stage,
    Status,
    Trade,
)
from mall.quotes.model import Discount as QuotedDiscount
from mall.quotes.model import Line as QuotedLine
from mall.quotes.model import Priced, Quote, Share


class WalletAmountTooHigh(errors.Invalid):
    message = "The wallet pays no more than the total."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody orders, and how they want it; `key` and `request` tell a repetition from another order."""

    user_id: str
    key: str
    request: str
    source: str
    cart_version: int | None
    wallet_amount: Money
    notes: Mapping[str, str]
    delivery_date: str | None
    address: Mapping[str, Any]


def check_same(priced: Priced, expected: Money, *, cart: tuple[int | None, int] | None = None) -> None:
    """Raise CartChanged unless everything can be had for the expected total.

    `cart` is the version of the cart that was seen, and the one that there is.
    """
    changes: list[dict[str, Any]] = [
        {"sku_id": one.sku_id, "kind": one.kind.value, "before": one.before, "now": one.now} for one in priced.problems
    ]
    if cart is not None and cart[0] is not None and cart[0] != cart[1]:
        changes.append({"kind": "cart", "before": cart[0], "now": cart[1]})
    total = priced.quote.total
    if total != expected:
        changes.append({"kind": "total", "before": _shown(expected), "now": _shown(total)})
    if changes:
        raise CartChanged(changes=changes, total=_shown(total))


def _shown(amount: Money) -> dict[str, Any]:
    return {"amount": amount.cents, "currency": amount.currency}


def place(
    quote: Quote, wanted: Wanted, *, new_id: Callable[[str], str], at: datetime, pay_deadline: datetime
) -> tuple[Trade, list[Order]]:
    """The trade that buys what was quoted, and its orders by id. Raises WalletAmountTooHigh."""
    if wanted.wallet_amount > quote.total:
        raise WalletAmountTooHigh(total=_shown(quote.total))
    trade_id = new_id("trd")
    shares = {share.merchant_id: share for share in quote.merchants}
    ordered = {merchant_id: new_id("ord") for merchant_id in shares}
    # Largest remainder, so that the orders' parts of the wallet's amount add up to it.
    wallet = wanted.wallet_amount.allocate({ordered[id]: share.payable.cents for id, share in shares.items()})
    orders = []
    for merchant_id, order_id in ordered.items():
        quoted = [line for line in quote.lines if line.item.merchant_id == merchant_id]
        lines = [_line(line, order_id, number, new_id) for number, line in enumerate(quoted, start=1)]
        orders.append(_order(shares[merchant_id], order_id, trade_id, lines, quoted, wanted, wallet[order_id], at))
    trade = Trade(
        id=trade_id,
        user_id=wanted.user_id,
        stage=Stage.PLACING,
        version=1,
        reason=None,
        source=wanted.source,
        cart_version=wanted.cart_version,
        key=wanted.key,
        request=wanted.request,
        goods=quote.goods,
        discount=quote.discount,
        freight=quote.freight,
        total=quote.total,
        wallet_amount=wanted.wallet_amount,
        pay_deadline=pay_deadline,
        pay_postponed=0,
        intent_id=None,
        token=None,
        benefits={},
        created_at=at,
        updated_at=at,
    )
    check_sums(trade, orders)
    return trade, sorted(orders, key=lambda order: order.id)


def check_sums(trade: Trade, orders: Sequence[Order]) -> None:
    """Raise AssertionError unless lines add up to orders and orders to the trade: a fault of ours."""
    nothing = Money(0, trade.total.currency)

    def total(amounts: Sequence[Money]) -> Money:
        return sum(amounts, start=nothing)

    for order in orders:
        assert order.goods == total([line.goods for line in order.lines])
        assert order.discount == total([line.discount for line in order.lines])
        for line in order.lines:
            assert line.discount == total([one.amount for one in line.discounts])
        assert order.payable == order.goods - order.discount + order.freight
    assert trade.goods == total([order.goods for order in orders])
    assert trade.discount == total([order.discount for order in orders])
    assert trade.freight == total([order.freight for order in orders])
    assert trade.total == total([order.payable for order in orders])
    assert trade.wallet_amount == total([order.wallet_part for order in orders])


def _order(
    share: Share,
    order_id: str,
    trade_id: str,
    lines: Sequence[Line],
    quoted: Sequence[QuotedLine],
    wanted: Wanted,
    wallet_part: Money,
    at: datetime,
) -> Order:
    nothing = Money(0, share.payable.currency)
    freight_discounts = _discounts(share.freight_discounts)
    platform = sum((line.platform_part for line in lines), start=nothing)
    platform += sum((one.platform_part for one in freight_discounts), start=nothing)
    return Order(
        id=order_id,
        user_id=wanted.user_id,
        trade_id=trade_id,
        merchant_id=share.merchant_id,
        merchant_name=dict(quoted[0].item.merchant_name),
        status=Status.PENDING_PAYMENT,
        pay_status=PayStatus.UNPAID,
        ship_status=ShipStatus.UNSHIPPED,
        refund_status=RefundStatus.NONE,
        aftersale_open=False,
        version=1,
        goods=share.goods,
        discount=share.discount,
        freight=share.freight,
        payable=share.payable,
        wallet_part=wallet_part,
        platform_part=platform,
        refunded=nothing,
        note=wanted.notes.get(share.merchant_id, ""),
        delivery_date=wanted.delivery_date,
        ship_postponed=0,
        receipt_postponed=0,
        overdue=False,
        reason=None,
        created_at=at,
        updated_at=at,
        address=wanted.address,
        lines=tuple(lines),
        freight_discounts=freight_discounts,
    )


def _line(quoted: QuotedLine, order_id: str, number: int, new_id: Callable[[str], str]) -> Line:
    item = quoted.item
    return Line(
        id=new_id("lin"),
        order_id=order_id,
        number=number,
        product_id=item.product_id,
        product_version=item.version,
        sku_id=item.sku_id,
        category_id=item.category_id,
        name=dict(item.name),
        options=tuple({"name": dict(one.name), "value": dict(one.value)} for one in item.options),
        picture_id=item.picture_id or None,
        quantity=item.quantity,
        unit_price=quoted.unit_price,
        list_price=item.list_price,
        goods=quoted.goods,
        discount=quoted.discount,
        payable=quoted.payable,
        weight_g=item.weight_g,
        discounts=_discounts(quoted.discounts),
    )


def _discounts(quoted: Sequence[QuotedDiscount]) -> tuple[Discount, ...]:
    return tuple(
        Discount(
            number=number,
            promo_id=one.promo_id,
            level=one.level.value,
            bearer=one.bearer.value,
            platform_bps=one.platform_bps,
            amount=one.amount,
            platform_part=one.platform_part,
            merchant_part=one.merchant_part,
        )
        for number, one in enumerate(quoted, start=1)
    )
