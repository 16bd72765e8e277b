"""How buyers see their trades and orders: with what they may do now, until when, and why not the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mall.orders import rules
from mall.orders.model import Deadline, Happened, Kind, Order, Side, Status, Trade
from mall.orders.rules import Act, Permission

# By which deadline something may be done.
_UNTIL: Mapping[Act, Kind] = {
    Act.POSTPONE_PAY: Kind.PAY,
    Act.WITHDRAW_CANCEL: Kind.AGREE,
    Act.CONFIRM_RECEIPT: Kind.RECEIPT,
    Act.POSTPONE_RECEIPT: Kind.RECEIPT,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may do now, until when; or why not."""

    permission: Permission
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """An order as its buyer sees it."""

    order: Order
    offers: Sequence[Offer]
    deadlines: Sequence[Deadline] = ()
    history: Sequence[Happened] = ()


@dataclass(frozen=True, slots=True)
class TradePicture:
    """A trade as its buyer sees it, with its orders."""

    trade: Trade
    offers: Sequence[Offer]
    orders: Sequence[Picture] = ()


def picture(order: Order, trade: Trade, due: Sequence[Deadline], siblings: int, *, at: datetime) -> Picture:
    """An order of a trade with so many orders, and the deadlines of both."""
    until = {one.kind: one.due_at for one in due}
    offers = []
    for one in rules.permissions(order, Side.BUYER):
        reason = one.reason
        if reason is None and order.status is Status.PENDING_PAYMENT:
            if one.act is Act.POSTPONE_PAY:
                reason = rules.not_postponable(trade, at)
            elif one.act is Act.CANCEL and siblings > 1:
                reason = "part_of_trade"
        kind = _UNTIL.get(one.act)
        permission = one if reason == one.reason else replace(one, reason=reason)
        offers.append(Offer(permission, until.get(kind) if kind and reason is None else None))
    return Picture(order, offers, due)


def trade_offers(trade: Trade, due: Sequence[Deadline], *, at: datetime) -> list[Offer]:
    """What somebody may do with a trade as a whole: pay, cancel, postpone."""
    until = next((one.due_at for one in due if one.kind is Kind.PAY), None)
    reasons = {
        Act.PAY: rules.not_payable(trade, at),
        Act.CANCEL: rules.over(trade),
        Act.POSTPONE_PAY: rules.not_postponable(trade, at),
    }
    return [Offer(Permission(act, reason), until if reason is None else None) for act, reason in reasons.items()]
