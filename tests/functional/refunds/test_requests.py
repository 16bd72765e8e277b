"""Asking money back: where it comes from, how often, and never more than was paid."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import errors, sql
from mall.ledger import service as ledger
from mall.money import Money
from mall.refunds import service
from mall.refunds.model import (
    NothingCaptured,
    RefundLine,
    RefundOtherwise,
    RefundSourceDiffers,
    RefundTooMuch,
    Source,
    State,
)
from mall.wallet import service as wallet
from tests.fixtures.paying import Till, news
from tests.functional.refunds import acts
from tests.functional.refunds.acts import NOTHING, Paid

pytestmark = pytest.mark.usefixtures("database")

Pay = Callable[..., Paid]
NAMES = ("refunds.RefundRequested", "refunds.RefundSucceeded", "refunds.RefundFailed")


def transit() -> int:
    return -ledger.balance("refund:sandbox:in_transit").cents


def test_what_a_channel_paid_is_on_its_way_back_through_it(paid: Pay) -> None:
    order = paid(channel=8000)

    refund = order.ask(3000)

    (part,) = refund.parts
    assert (refund.state, part.kind, part.channel, part.attempt_id) == (
        State.REQUESTED,
        "channel",
        "sandbox",
        order.attempt_id,
    )
    assert (refund.id, part.id, len(refund.id)) == (part.id, refund.id, 32)
    assert (order.owed(), transit()) == (5000, 3000)
    assert [event["name"] for event in news(*NAMES)] == ["refunds.RefundRequested"]
    acts.check_books()


def test_what_the_wallet_paid_is_there_at_once(paid: Pay) -> None:
    order = paid(channel=0, wallet=1000)

    refund = order.ask(400)

    assert (refund.state, refund.finished_at) == (State.SUCCESS, refund.created_at)
    assert wallet.balance(order.user_id).balance == Money(400)
    (entry, *_) = wallet.entries(order.user_id, limit=10, after=None)[0]
    assert (entry.kind, entry.reference, entry.amount) == ("refund", order.order_id, Money(400))
    assert [event["name"] for event in news(*NAMES)] == ["refunds.RefundRequested", "refunds.RefundSucceeded"]
    acts.check_books()


def test_the_channel_gives_back_before_the_wallet(paid: Pay) -> None:
    order = paid(channel=8000, wallet=1000)

    first = order.ask(7500)
    second = order.ask(1000)

    assert [(part.kind, part.amount.cents) for part in first.parts] == [("channel", 7500)]
    assert {(part.kind, part.amount.cents) for part in second.parts} == {("channel", 500), ("wallet", 500)}
    assert wallet.balance(order.user_id).balance == Money(500)
    assert (order.owed(), transit()) == (500, 8000)
    acts.check_books()


def test_the_platforms_share_of_a_discount_goes_back_to_the_platform(paid: Pay) -> None:
    order = paid(channel=8500, platform=500)

    order.ask(8500, platform=500)

    assert order.owed() == 0
    assert ledger.balance("platform:marketing") == NOTHING
    acts.check_books()


def test_units_that_cost_their_buyer_nothing_go_back_without_money(paid: Pay) -> None:
    order = paid(channel=8000, platform=500)

    refund = order.ask(0, platform=500)

    assert (refund.state, refund.parts) == (State.SUCCESS, ())
    assert (order.owed(), ledger.balance("platform:marketing")) == (8000, NOTHING)
    acts.check_books()


def test_an_order_is_refunded_as_often_as_it_takes_and_no_further(paid: Pay) -> None:
    order = paid(channel=8000)

    for _ in range(8):
        order.ask(1000)
    with pytest.raises(RefundTooMuch):
        order.ask(1)

    assert len({refund.id for refund in service.of_order(order.user_id, order.order_id)}) == 8
    assert (order.owed(), transit()) == (0, 8000)
    acts.check_books()


def test_freight_is_given_back_beside_the_lines(paid: Pay) -> None:
    order = paid(channel=8000)

    refund = order.ask(8000, freight=1000)

    assert (refund.freight, refund.lines[0].amount) == (Money(1000), Money(7000))
    assert service.of_order(order.user_id, order.order_id) == [refund]


def test_the_same_request_is_the_same_refund(paid: Pay) -> None:
    order = paid(channel=8000, wallet=1000)

    first = order.ask(8500, "cancelled")
    second = order.ask(8500, "cancelled")

    assert second == first
    assert wallet.balance(order.user_id).balance == Money(500)
    assert (order.owed(), transit()) == (500, 8000)


@pytest.mark.parametrize(
    "changes", [{"cents": 3001}, {"freight": 1}, {"platform": 1}, {"order_id": "ord_other"}, {"merchant_id": "mer_1"}]
)
def test_another_request_under_the_same_key_is_refused(paid: Pay, changes: dict[str, Any]) -> None:
    order = paid(channel=8000)
    order.ask(3000, "cancelled")

    with pytest.raises(RefundOtherwise):
        order.ask(changes.pop("cents", 3000), "cancelled", **changes)

    assert transit() == 3000


def test_more_units_or_money_than_a_line_had_are_refused_over_all_refunds(paid: Pay) -> None:
    order = paid(channel=8000)

    def line(quantity: int, cents: int) -> list[RefundLine]:
        return [RefundLine("lin_1", quantity, Money(cents), NOTHING, NOTHING, bought=3, paid=Money(6000))]

    order.ask(4000, lines=line(2, 4000))

    for quantity, cents in ((2, 0), (1, 2001)):
        with pytest.raises(RefundTooMuch):
            order.ask(cents, lines=line(quantity, cents))
    order.ask(2000, lines=line(1, 2000))
    with sql.session(key=order.user_id) as session:
        sums = service.of_lines(session, order.user_id, order.order_id)
    assert (sums["lin_1"].quantity, sums["lin_1"].amount) == (3, Money(6000))


def test_a_source_has_paid_one_amount(paid: Pay) -> None:
    order = paid(channel=8000)
    order.ask(1000)

    with pytest.raises(RefundSourceDiffers):
        order.ask(1000, sources=[Source("channel", order.intent_id, Money(80_000))])


def test_nothing_goes_back_of_what_never_came_in(till: Till, paid: Pay) -> None:
    order = paid(channel=8000)
    unpaid = till.intent(Money(8000))

    with pytest.raises(NothingCaptured):
        order.ask(1000, sources=[Source("channel", unpaid.id, Money(8000))])

    assert (order.owed(), transit()) == (8000, 0)


@pytest.mark.parametrize("cents", [-1, 0])
def test_a_request_for_nothing_is_refused(paid: Pay, cents: int) -> None:
    order = paid(channel=8000)

    with pytest.raises(errors.Invalid):
        order.ask(cents, lines=[RefundLine("lin_1", 0, Money(cents), NOTHING, NOTHING)])


def test_what_is_requested_with_a_transaction_that_fails_is_not_requested(paid: Pay) -> None:
    order = paid(channel=8000, wallet=1000)

    def act(session: sql.Session) -> None:
        service.request(
            session,
            user_id=order.user_id,
            trade_id=order.trade_id,
            order_id=order.order_id,
            merchant_id=order.merchant_id,
            key="cancelled",
            amount=Money(9000),
            lines=[RefundLine("lin_1", 1, Money(9000), NOTHING, NOTHING)],
            freight=NOTHING,
            sources=order.sources,
            reason="",
            by="",
        )
        raise errors.Conflict

    with pytest.raises(errors.Conflict):
        sql.retrying(act, key=order.user_id)

    assert service.of_order(order.user_id, order.order_id) == []
    assert wallet.balance(order.user_id).balance == NOTHING
    assert news(*NAMES) == []
    assert order.ask(9000, "cancelled").amount == Money(9000)


def test_of_the_last_money_wanted_at_once_one_gets_it(paid: Pay, race: Any) -> None:
    order = paid(channel=8000, wallet=1000)

    results = race([(acts.ask, order, 5000, f"key{number}") for number in range(4)])

    assert sum(isinstance(result, RefundTooMuch) for result in results) == 3
    assert order.owed() == 4000
    acts.check_books()


def test_the_same_request_at_once_is_one_refund(paid: Pay, race: Any) -> None:
    order = paid(channel=8000, wallet=1000)

    results = race([(acts.ask, order, 8500, "cancelled")] * 4)

    assert len({result.id for result in results}) == 1
    assert (order.owed(), wallet.balance(order.user_id).balance) == (500, Money(500))
    acts.check_books()
