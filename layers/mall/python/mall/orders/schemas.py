"""What clients get of trades and orders, and what they send about them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from mall import errors
from mall.http import Body, Page, View
from mall.money import Money
from mall.orders.model import Line, Order, Stage, Status
from mall.orders.rules import REASONS
from mall.orders.showing import Offer, Picture, TradePicture

Locale = Literal["zh-CN", "en"]
_DEFAULT: Locale = "zh-CN"
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Reason = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]


class InLocale(Body):
    """In which language names are shown."""

    locale: Locale = _DEFAULT


class OrdersQuery(Page):
    """Which of one's orders: those of some statuses, or all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": ["shipped"], "limit": 20}]})

    status: list[Status] = Field(default=[], max_length=len(Status))
    locale: Locale = _DEFAULT


class WhyCancel(Body):
    """Why somebody cancels; their own word for it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "changed_mind"}]})

    reason: Reason = ""


class NewDeliveryDate(Body):
    """The day from which an order may be delivered."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"delivery_date": "2030-06-15"}]})

    delivery_date: date


class WantedInvoice(Body):
    """What an invoice (发票) shall say: a person's name, or a company's and its tax number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "company", "title": "清风茶业有限公司", "tax_number": "91330100MA0000000X"}]
        }
    )

    kind: Literal["personal", "company"]
    title: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_PRINTABLE)]
    tax_number: str = Field(default="", pattern=r"^([0-9A-HJ-NP-RTUW-Y]{15}|[0-9A-HJ-NP-RTUW-Y]{18}|[0-9A-Z]{20})?$")
    email: str = Field(default="", max_length=254, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")

    def model_post_init(self, context: Any) -> None:
        if self.kind == "company" and not self.tax_number:
            raise errors.Invalid("An invoice for a company says its tax number.")


class AmountView(View):
    """An amount in minor units (分, cents) of a currency."""

    amount: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> "AmountView":
        """The view of `money`."""
        return cls(amount=money.cents, currency=money.currency)


class ActionView(View):
    """Something that can be done with a trade or an order: whether now, until when; or why not."""

    name: str
    allowed: bool
    reason: str | None = None
    message: str | None = None
    until: datetime | None = None

    @classmethod
    def of(cls, offer: Offer) -> "ActionView":
        """The view of `offer`."""
        reason = offer.permission.reason
        return cls(
            name=offer.permission.act.value,
            allowed=offer.permission.allowed,
            reason=reason,
            message=None if reason is None else REASONS[reason],
            until=offer.until,
        )


class OptionView(View):
    """What sets a SKU apart: an option and the value chosen."""

    name: str
    value: str


class LineView(View):
    """Some pieces of one SKU as they were ordered."""

    id: str
    product_id: str
    sku_id: str
    name: str
    options: list[OptionView]
    picture_id: str | None
    quantity: int
    shipped: int
    unit_price: AmountView
    discount: AmountView
    payable: AmountView

    @classmethod
    def of(cls, line: Line, locale: str) -> "LineView":
        """The view of `line`."""
        options = [OptionView(name=text(one["name"], locale), value=text(one["value"], locale)) for one in line.options]
        return cls(
            id=line.id,
            product_id=line.product_id,
            sku_id=line.sku_id,
            name=text(line.name, locale),
            options=options,
            picture_id=line.picture_id,
            quantity=line.quantity,
            shipped=line.shipped,
            unit_price=AmountView.of(line.unit_price),
            discount=AmountView.of(line.discount),
            payable=AmountView.of(line.payable),
        )


class MerchantView(View):
    """Who sells."""

    id: str
    name: str


class DeadlineView(View):
    """Until when something has to happen, in which version of it."""

    kind: str
    due_at: datetime
    version: int


class EventView(View):
    """Something that happened to an order, and on whose behalf."""

    at: datetime
    act: str
    side: str
    note: str
    after: dict[str, Any]


class OrderView(View):
    """One of one's orders: what one merchant sells in a trade. `address` and `events` are in its detail only."""

    id: str
    trade_id: str
    merchant: MerchantView
    status: Status
    pay_status: str
    ship_status: str
    refund_status: str
    lines: list[LineView]
    goods: AmountView
    discount: AmountView
    freight: AmountView
    payable: AmountView
    refunded: AmountView
    note: str
    reason: str | None
    delivery_date: str | None
    overdue: bool
    actions: list[ActionView]
    deadlines: list[DeadlineView]
    address: dict[str, Any] | None = None
    events: list[EventView] | None = None
    refunds: str | None = Field(default=None, description="Where the refunds of the order are listed.")
    created_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, picture: Picture, locale: str, *, detail: bool = False) -> "OrderView":
        """The view of an order, for its buyer only."""
        order = picture.order
        return cls(
            **_amounts(order),
            id=order.id,
            trade_id=order.trade_id,
            merchant=MerchantView(id=order.merchant_id, name=text(order.merchant_name, locale)),
            status=order.status,
            pay_status=order.pay_status.value,
            ship_status=order.ship_status.value,
            refund_status=order.refund_status.value,
            lines=[LineView.of(line, locale) for line in order.lines],
            note=order.note,
            reason=order.reason,
            delivery_date=order.delivery_date,
            overdue=order.overdue,
            actions=[ActionView.of(offer) for offer in picture.offers],
            deadlines=[
                DeadlineView(kind=one.kind.value, due_at=one.due_at, version=one.version) for one in picture.deadlines
            ],
            address=dict(order.address) if detail else None,
            events=_events(picture) if detail else None,
            refunds=f"/api/orders/{order.id}/refunds" if detail else None,
            created_at=order.created_at,
            paid_at=order.paid_at,
            shipped_at=order.shipped_at,
            completed_at=order.completed_at,
        )


class OrderList(View):
    """One's orders, the newest first, and the cursor of the next page."""

    items: list[OrderView]
    next: str | None = None

    @classmethod
    def of(cls, found: tuple[Sequence[Picture], str | None], locale: str) -> "OrderList":
        """The view of a page."""
        return cls(items=[OrderView.of(one, locale) for one in found[0]], next=found[1])


class TradeView(View):
    """A checkout: what is paid together. While its `stage` is `placing`, ask again in a moment."""

    id: str
    stage: Stage
    reason: str | None
    total: AmountView
    wallet_amount: AmountView
    due: AmountView
    pay_deadline: datetime
    intent_id: str | None
    orders: list[OrderView]
    actions: list[ActionView]
    created_at: datetime
    paid_at: datetime | None

    @classmethod
    def of(cls, picture: TradePicture, locale: str) -> "TradeView":
        """The view of a trade, for its buyer only."""
        trade = picture.trade
        return cls(
            id=trade.id,
            stage=trade.stage,
            reason=trade.reason,
            total=AmountView.of(trade.total),
            wallet_amount=AmountView.of(trade.wallet_amount),
            due=AmountView.of(trade.due),
            pay_deadline=trade.pay_deadline,
            intent_id=trade.intent_id,
            orders=[OrderView.of(one, locale) for one in picture.orders],
            actions=[ActionView.of(offer) for offer in picture.offers],
            created_at=trade.created_at,
            paid_at=trade.paid_at,
        )


class PutIntoCart(View):
    """What became of a line that was to be bought again: `problem` is the code of the cart's refusal."""

    sku_id: str
    problem: str | None


class BoughtAgain(View):
    """What became of the lines of an order that was to be bought again."""

    items: list[PutIntoCart]

    @classmethod
    def of(cls, found: Sequence[tuple[str, str | None]]) -> "BoughtAgain":
        """The view of what the cart said."""
        return cls(items=[PutIntoCart(sku_id=sku_id, problem=problem) for sku_id, problem in found])


def text(texts: Mapping[str, str], locale: str) -> str:
    """A text in the wanted language, or in the first that there is."""
    return texts.get(locale) or texts.get(_DEFAULT) or next(iter(texts.values()), "")


def _amounts(order: Order) -> dict[str, AmountView]:
    names = ("goods", "discount", "freight", "payable", "refunded")
    return {name: AmountView.of(getattr(order, name)) for name in names}


def _events(picture: Picture) -> list[EventView]:
    return [
        EventView(at=one.at, act=one.act, side=one.by.side.value, note=one.note, after=dict(one.after))
        for one in picture.history
    ]
