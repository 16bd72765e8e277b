"""What may become of an order, and whose act that is: data, and the one function that asks it.

    rule = rules.rule_for(order, Act.CANCEL, Side.BUYER)        raises Refused (with the reason) or NotYours

`infra.api.machines` draws the state diagram and the matrix of rights from `RULES`, `infra/api/orders.md`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from mall.orders.model import Kind, NotYours, Order, RefundStatus, Refused, Side, Stage, Status, Trade


class Act(StrEnum):
    """What can be done with an order."""

    PAY = "pay"
    CANCEL = "cancel"
    AGREE_CANCEL = "agree_cancel"
    REFUSE_CANCEL = "refuse_cancel"
    WITHDRAW_CANCEL = "withdraw_cancel"
    FINISH_CANCEL = "finish_cancel"
    POSTPONE_PAY = "postpone_pay"
    MODIFY_PRICE = "modify_price"
    MODIFY_ADDRESS = "modify_address"
    POSTPONE_SHIP = "postpone_ship"
    POSTPONE_DELIVERY = "postpone_delivery"
    SHIP = "ship"
    MARK_OVERDUE = "mark_overdue"
    POSTPONE_RECEIPT = "postpone_receipt"
    CONFIRM_RECEIPT = "confirm_receipt"
    CLOSE = "close"
    NOTE_REFUND = "note_refund"
    REQUEST_INVOICE = "request_invoice"
    BUY_AGAIN = "buy_again"
    DELETE = "delete"
    FORGET_ADDRESS = "forget_address"


# For how long something may take. The pay deadline counts from the placing, the others from what they follow.
LASTS: Mapping[Kind, timedelta] = {
    Kind.PAY: timedelta(minutes=30),
    Kind.AGREE: timedelta(hours=24),
    Kind.SHIP: timedelta(hours=72),
    Kind.RECEIPT: timedelta(days=10),
    Kind.AFTERSALE: timedelta(days=15),
}
# How much later it becomes when it is postponed, and how often that may be.
PAY_POSTPONED, PAY_POSTPONEMENTS = timedelta(hours=2), 1
RECEIPT_POSTPONED, RECEIPT_POSTPONEMENTS = timedelta(days=7), 2
SHIP_POSTPONED_MOST, SHIP_POSTPONEMENTS = timedelta(days=7), 2
DELIVERY_LATEST = timedelta(days=30)
# The stock is held a little longer than the payment is waited for: what is paid in the last second is still there.
HOLD_GRACE = timedelta(minutes=15)
# A trade whose payment is not open by then is looked at by the sweep: its saga is started, and later given up.
START_AGAIN, GIVE_UP_PLACING = timedelta(minutes=1), timedelta(minutes=10)

REASONS: Mapping[str, str] = {
    "placing": "The stock is being reserved; it takes a moment.",
    "not_paid": "It is not paid yet.",
    "not_shipped": "It is paid and not shipped yet.",
    "cancelling": "It is being cancelled.",
    "cancelled": "It was cancelled.",
    "partially_shipped": "A part of it is on its way.",
    "shipped": "It is on its way.",
    "completed": "It was received.",
    "closed": "It is closed.",
    "part_of_trade": "It is paid together with other orders: cancel the whole trade.",
    "postponed_before": "It was postponed as often as it may be.",
    "agreed": "The cancellation is agreed, and the money is on its way back.",
    "aftersale_open": "Something of it is being sent back.",
    "nothing_paid": "Nothing was paid for it.",
    "requested_before": "It was asked for before.",
    "deleted": "It was deleted.",
    "deadline_over": "The time for it is over.",
    "stock_not_held": "The goods are not held any longer.",
    "too_late": "The date is too late.",
    "not_later": "The date is not later than the present one.",
    "not_lower": "The new price is not lower than the present one.",
    "too_many": "These are more pieces than are left to be sent.",
}
_OF_STATUS: Mapping[Status, str] = {
    Status.PENDING_PAYMENT: "not_paid",
    Status.PAID: "not_shipped",
    Status.CANCELLING: "cancelling",
    Status.CANCELLED: "cancelled",
    Status.PARTIALLY_SHIPPED: "partially_shipped",
    Status.SHIPPED: "shipped",
    Status.COMPLETED: "completed",
    Status.CLOSED: "closed",
}


def _not_agreed(order: Order) -> str | None:
    return None if order.refund_status is RefundStatus.NONE else "agreed"


def _ship_postponable(order: Order) -> str | None:
    return "postponed_before" if order.ship_postponed >= SHIP_POSTPONEMENTS else None


def _receipt_postponable(order: Order) -> str | None:
    return "postponed_before" if order.receipt_postponed >= RECEIPT_POSTPONEMENTS else None


def _no_aftersale(order: Order) -> str | None:
    return "aftersale_open" if order.aftersale_open else None


def _on_time(order: Order) -> str | None:
    return "requested_before" if order.overdue else None


def _billable(order: Order) -> str | None:
    if order.invoice is not None:
        return "requested_before"
    return None if order.payable > order.refunded else "nothing_paid"


def _not_deleted(order: Order) -> str | None:
    return "deleted" if order.hidden_at is not None else None


GUARDS: Mapping[str, Callable[[Order], str | None]] = {
    "the cancellation is not agreed": _not_agreed,
    "the shipping was postponed less than 2 times": _ship_postponable,
    "the receipt was postponed less than 2 times": _receipt_postponable,
    "no after-sale is open": _no_aftersale,
    "once": _on_time,
    "something was paid, and none was asked for": _billable,
    "not deleted": _not_deleted,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """That `sides` may do `act` with an order in one of `of`, which makes it one of `to` (none: it stays as it is)."""

    act: Act
    sides: frozenset[Side]
    of: frozenset[Status]
    to: tuple[Status, ...] = ()
    guard: str = ""


def _rule(act: Act, sides: Iterable[Side], of: Iterable[Status], *to: Status, guard: str = "") -> Rule:
    if guard:
        assert guard in GUARDS
    return Rule(act, frozenset(sides), frozenset(of), to, guard)


_S, _BUYER, _MERCHANT, _PLATFORM, _SYSTEM = Status, Side.BUYER, Side.MERCHANT, Side.PLATFORM, Side.SYSTEM
_SELLER = (_MERCHANT, _PLATFORM)
_FINISHED = (_S.CANCELLED, _S.COMPLETED, _S.CLOSED)
_PAID_FOR = (_S.PAID, _S.PARTIALLY_SHIPPED, _S.SHIPPED, _S.COMPLETED, _S.CLOSED)

RULES: tuple[Rule, ...] = (
    _rule(Act.PAY, [_SYSTEM], [_S.PENDING_PAYMENT], _S.PAID),
    _rule(Act.CANCEL, Side, [_S.PENDING_PAYMENT], _S.CANCELLED),
    _rule(Act.CANCEL, [_BUYER, *_SELLER], [_S.PAID], _S.CANCELLING),
    _rule(Act.AGREE_CANCEL, [*_SELLER, _SYSTEM], [_S.CANCELLING], guard="the cancellation is not agreed"),
    _rule(Act.REFUSE_CANCEL, _SELLER, [_S.CANCELLING], _S.PAID, guard="the cancellation is not agreed"),
    _rule(Act.WITHDRAW_CANCEL, [_BUYER], [_S.CANCELLING], _S.PAID, guard="the cancellation is not agreed"),
    _rule(Act.FINISH_CANCEL, [_SYSTEM], [_S.CANCELLING], _S.CANCELLED),
    _rule(Act.POSTPONE_PAY, [_BUYER], [_S.PENDING_PAYMENT]),
    _rule(Act.MODIFY_PRICE, _SELLER, [_S.PENDING_PAYMENT]),
    _rule(Act.MODIFY_ADDRESS, [_BUYER, *_SELLER], [_S.PENDING_PAYMENT, _S.PAID]),
    _rule(Act.POSTPONE_SHIP, _SELLER, [_S.PAID], guard="the shipping was postponed less than 2 times"),
    _rule(Act.POSTPONE_DELIVERY, [_BUYER], [_S.PAID]),
    _rule(Act.SHIP, _SELLER, [_S.PAID], _S.PARTIALLY_SHIPPED, _S.SHIPPED),
    _rule(Act.SHIP, _SELLER, [_S.PARTIALLY_SHIPPED], _S.SHIPPED),
    _rule(Act.MARK_OVERDUE, [_SYSTEM], [_S.PAID, _S.PARTIALLY_SHIPPED], guard="once"),
    _rule(Act.POSTPONE_RECEIPT, [_BUYER], [_S.SHIPPED], guard="the receipt was postponed less than 2 times"),
    _rule(Act.CONFIRM_RECEIPT, [_BUYER], [_S.SHIPPED], _S.COMPLETED),
    _rule(Act.CONFIRM_RECEIPT, [_SYSTEM], [_S.SHIPPED], _S.COMPLETED, guard="no after-sale is open"),
    _rule(Act.CLOSE, [_SYSTEM], [_S.COMPLETED], _S.CLOSED, guard="no after-sale is open"),
    _rule(Act.NOTE_REFUND, [_SYSTEM], [*_PAID_FOR, _S.CANCELLING]),
    _rule(Act.REQUEST_INVOICE, [_BUYER], _PAID_FOR, guard="something was paid, and none was asked for"),
    _rule(Act.BUY_AGAIN, [_BUYER], Status),
    _rule(Act.DELETE, [_BUYER], _FINISHED, guard="not deleted"),
    _rule(Act.FORGET_ADDRESS, [_SYSTEM], _FINISHED),
)

NEXT: Mapping[Status, frozenset[Status]] = {
    status: frozenset(to for rule in RULES if status in rule.of for to in rule.to) for status in Status
}
"""The state machine: from where to where an order may go."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may do something now, and why not."""

    act: Act
    reason: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against it."""
        return self.reason is None


def rule_for(order: Order, act: Act, side: Side) -> Rule:
    """The rule by which `side` may do `act` with `order` as it is. Raises Refused or NotYours."""
    ours = [rule for rule in RULES if rule.act is act and side in rule.sides]
    if not ours:
        raise NotYours(act=act.value)
    rule = next((rule for rule in ours if order.status in rule.of), None)
    if rule is None:
        raise refusal(act, _OF_STATUS[order.status], order)
    if rule.guard and (reason := GUARDS[rule.guard](order)):
        raise refusal(act, reason, order)
    return rule


def ship_by(order: Order, at: datetime) -> datetime:
    """By when an order that is paid at this moment has to be sent: not before the day on which its buyer wants it."""
    wanted = datetime.fromisoformat(order.delivery_date).replace(tzinfo=UTC) if order.delivery_date else at
    return max(at + LASTS[Kind.SHIP], wanted)


def refusal(act: Act, reason: str, order: Order | None = None, **details: str) -> Refused:
    """The refusal of `act` with its reason."""
    if order is not None:
        details |= {"order_id": order.id, "status": order.status.value}
    return Refused(REASONS[reason], act=act.value, reason=reason, **details)


def permissions(order: Order, side: Side) -> list[Permission]:
    """What `side` may do with `order` now, and why not the rest."""
    found = []
    for act in dict.fromkeys(rule.act for rule in RULES if side in rule.sides):
        try:
            rule_for(order, act, side)
        except Refused as error:
            found.append(Permission(act, str(error.details["reason"])))
        else:
            found.append(Permission(act))
    return found


def not_postponable(trade: Trade, at: datetime) -> str | None:
    """Why the pay deadline of a trade cannot be postponed, None when it can."""
    if (reason := over(trade)) or trade.stage is Stage.PLACING:
        return reason or "placing"
    if trade.pay_postponed >= PAY_POSTPONEMENTS:
        return "postponed_before"
    return "deadline_over" if at >= trade.pay_deadline else None


def not_payable(trade: Trade, at: datetime) -> str | None:
    """Why a trade cannot be paid now, None when it can."""
    if (reason := over(trade)) or trade.stage is Stage.PLACING:
        return reason or "placing"
    return "deadline_over" if at >= trade.pay_deadline else None


def seconds_until(moment: datetime, at: datetime) -> int:
    """Whole seconds from `at`, at least one, after which the moment is over."""
    return max(int((moment - at).total_seconds()) + 1, 1)


def over(trade: Trade) -> str | None:
    """Why a trade is neither paid nor cancelled any more, None when it still can be."""
    return {Stage.PAID: "not_shipped", Stage.CANCELLED: "cancelled"}.get(trade.stage)
