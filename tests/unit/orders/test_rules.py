"""The rules: which act is whose, when, and that no order leaves its state machine."""

from dataclasses import replace

import pytest

from mall.money import Money
from mall.orders import rules
from mall.orders.model import NotYours, Order, RefundStatus, Refused, Side, Status
from mall.orders.rules import NEXT, REASONS, RULES, Act
from tests.fixtures import checkout

BUYER = checkout.buyer()


def order(status: Status, **values: object) -> Order:
    return checkout.order("trd_1", BUYER, status=status, **values)


def permitted(subject: Order, side: Side) -> set[Act]:
    return {one.act for one in rules.permissions(subject, side) if one.allowed}


@pytest.mark.parametrize(
    ("status", "acts"),
    [
        (Status.PENDING_PAYMENT, {Act.CANCEL, Act.POSTPONE_PAY, Act.MODIFY_ADDRESS, Act.BUY_AGAIN}),
        (
            Status.PAID,
            {Act.CANCEL, Act.POSTPONE_DELIVERY, Act.MODIFY_ADDRESS, Act.REQUEST_INVOICE, Act.BUY_AGAIN},
        ),
        (Status.CANCELLING, {Act.WITHDRAW_CANCEL, Act.BUY_AGAIN}),
        (Status.CANCELLED, {Act.DELETE, Act.BUY_AGAIN}),
        (Status.PARTIALLY_SHIPPED, {Act.REQUEST_INVOICE, Act.BUY_AGAIN}),
        (Status.SHIPPED, {Act.POSTPONE_RECEIPT, Act.CONFIRM_RECEIPT, Act.REQUEST_INVOICE, Act.BUY_AGAIN}),
        (Status.COMPLETED, {Act.DELETE, Act.REQUEST_INVOICE, Act.BUY_AGAIN}),
        (Status.CLOSED, {Act.DELETE, Act.REQUEST_INVOICE, Act.BUY_AGAIN}),
    ],
)
def test_what_a_buyer_may_do_follows_from_the_status(status: Status, acts: set[Act]) -> None:
    assert permitted(order(status), Side.BUYER) == acts


@pytest.mark.parametrize(
    ("status", "acts"),
    [
        (Status.PENDING_PAYMENT, {Act.CANCEL, Act.MODIFY_PRICE, Act.MODIFY_ADDRESS}),
        (Status.PAID, {Act.CANCEL, Act.POSTPONE_SHIP, Act.MODIFY_ADDRESS, Act.SHIP}),
        (Status.CANCELLING, {Act.AGREE_CANCEL, Act.REFUSE_CANCEL}),
        (Status.PARTIALLY_SHIPPED, {Act.SHIP}),
        *((status, set()) for status in (Status.CANCELLED, Status.SHIPPED, Status.COMPLETED, Status.CLOSED)),
    ],
)
@pytest.mark.parametrize("side", [Side.MERCHANT, Side.PLATFORM])
def test_what_a_merchant_and_the_platform_may_do_follows_from_the_status(
    status: Status, acts: set[Act], side: Side
) -> None:
    assert permitted(order(status), side) == acts


@pytest.mark.parametrize("act", [Act.PAY, Act.FINISH_CANCEL, Act.CLOSE, Act.NOTE_REFUND, Act.MARK_OVERDUE])
@pytest.mark.parametrize("side", [Side.BUYER, Side.MERCHANT, Side.PLATFORM])
def test_nobody_says_themselves_that_an_order_is_paid_refunded_or_closed(act: Act, side: Side) -> None:
    with pytest.raises(NotYours):
        rules.rule_for(order(Status.PENDING_PAYMENT), act, side)


@pytest.mark.parametrize("act", [Act.SHIP, Act.MODIFY_PRICE, Act.AGREE_CANCEL, Act.REFUSE_CANCEL])
def test_a_buyer_does_not_do_what_is_the_merchants(act: Act) -> None:
    with pytest.raises(NotYours):
        rules.rule_for(order(Status.PAID), act, Side.BUYER)


@pytest.mark.parametrize(
    ("subject", "act", "reason"),
    [
        (order(Status.SHIPPED), Act.CANCEL, "shipped"),
        (order(Status.CANCELLED), Act.CANCEL, "cancelled"),
        (order(Status.PENDING_PAYMENT), Act.CONFIRM_RECEIPT, "not_paid"),
        (order(Status.CANCELLING, refund_status=RefundStatus.REFUNDING), Act.WITHDRAW_CANCEL, "agreed"),
        (order(Status.SHIPPED, receipt_postponed=2), Act.POSTPONE_RECEIPT, "postponed_before"),
        (order(Status.PAID, invoice={"kind": "personal"}), Act.REQUEST_INVOICE, "requested_before"),
        (order(Status.CLOSED, refunded=Money(2000)), Act.REQUEST_INVOICE, "nothing_paid"),
    ],
)
def test_a_refusal_says_why(subject: Order, act: Act, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.rule_for(subject, act, Side.BUYER)

    assert refused.value.details["reason"] == reason
    assert str(refused.value) == REASONS[reason]
    assert [one.reason for one in rules.permissions(subject, Side.BUYER) if one.act is act] == [reason]


def test_a_merchant_postpones_the_shipping_twice_at_most() -> None:
    rules.rule_for(order(Status.PAID, ship_postponed=1), Act.POSTPONE_SHIP, Side.MERCHANT)

    with pytest.raises(Refused, match="as often"):
        rules.rule_for(order(Status.PAID, ship_postponed=2), Act.POSTPONE_SHIP, Side.MERCHANT)


@pytest.mark.parametrize("act", [Act.CONFIRM_RECEIPT, Act.CLOSE])
def test_an_open_after_sale_stops_the_clock_and_not_the_buyer(act: Act) -> None:
    status = Status.SHIPPED if act is Act.CONFIRM_RECEIPT else Status.COMPLETED
    subject = order(status, aftersale_open=True)

    with pytest.raises(Refused):
        rules.rule_for(subject, act, Side.SYSTEM)
    if act is Act.CONFIRM_RECEIPT:
        rules.rule_for(subject, act, Side.BUYER)


def test_every_status_can_be_reached_and_two_are_the_end() -> None:
    seen, found = set(), {Status.PENDING_PAYMENT}
    while found != seen:
        seen = set(found)
        found |= {to for status in seen for to in NEXT[status]}

    assert found == set(Status)
    assert {status for status in Status if not NEXT[status]} == {Status.CANCELLED, Status.CLOSED}


def test_there_is_no_way_from_unpaid_to_shipped_but_by_being_paid() -> None:
    assert NEXT[Status.PENDING_PAYMENT] == {Status.PAID, Status.CANCELLED}
    assert NEXT[Status.CANCELLED] == frozenset()
    assert Status.CANCELLED not in NEXT[Status.PAID]


def test_a_rule_gives_one_answer_for_a_side_and_a_status() -> None:
    cases = [(rule.act, side, status) for rule in RULES for side in rule.sides for status in rule.of]

    assert len(cases) == len(set(cases))


def test_every_reason_has_words_and_every_status_a_reason() -> None:
    for status in Status:
        for side in Side:
            for one in rules.permissions(replace(order(status)), side):
                assert one.reason is None or one.reason in REASONS
