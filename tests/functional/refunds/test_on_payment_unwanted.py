"""Money that nobody can use goes back, once, whatever comes how often."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.ledger import service as ledger
from mall.money import Money
from mall.payments import service as payments
from mall.payments.model import IntentState
from mall.refunds import store
from mall.refunds.model import Refund, State
from mall.refunds.sending import service as sending
from tests.fixtures.paying import PRICE, Till, news
from tests.functional.refunds import acts

pytestmark = pytest.mark.usefixtures("database")

UNWANTED = "payments.PaymentUnwanted"


def heard() -> list[dict[str, Any]]:
    """What was told of unwanted money, as the consumer gets it."""
    return [
        acts.event(UNWANTED, told["intent_id"], {key: value for key, value in told.items() if key != "name"})
        for told in news(UNWANTED)
    ]


def all_open() -> list[Refund]:
    return store.open_ones(None, limit=100, after=None)


@pytest.fixture
def double(till: Till) -> tuple[str, str]:
    """An intent that was paid twice, with the second attempt."""
    intent = till.intent()
    first, second = till.begin(intent), till.begin(intent)
    for attempt in (first, second):
        till.decide(attempt)
        till.settle()
    return intent.id, second["attempt_id"]


def test_a_second_payment_goes_back_whole_and_the_first_stays(
    run: Callable[..., Any], till: Till, double: tuple[str, str]
) -> None:
    intent_id, attempt_id = double
    (told,) = heard()

    assert run("refunds.on_payment_unwanted", told) == {"batchItemFailures": []}

    (refund,) = all_open()
    (part,) = refund.parts
    assert (refund.order_id, refund.amount, refund.reason, part.attempt_id) == ("", PRICE, "double", attempt_id)
    assert refund.trade_id == payments.get_intent(intent_id).reference
    assert ledger.balance("refund:sandbox:in_transit") == -PRICE
    sending.send(refund.id)
    assert sending.find(refund.id).state is State.SUCCESS
    # What is left is the first payment, which waits for its order.
    assert ledger.balance(f"intent:{intent_id}") == -PRICE
    assert ledger.balance("channel:sandbox:clearing") == PRICE
    assert payments.get_intent(intent_id).state is IntentState.SUCCESS
    acts.check_books()


def test_unwanted_money_goes_back_once_however_often_it_is_told(
    run: Callable[..., Any], till: Till, double: tuple[str, str]
) -> None:
    (told,) = heard()
    (same_again,) = heard()  # an event of its own, about the same money

    for batch in (told, told, same_again):
        assert run("refunds.on_payment_unwanted", batch) == {"batchItemFailures": []}

    assert len(all_open()) == 1
    assert ledger.balance("refund:sandbox:in_transit") == -PRICE


def test_money_that_came_after_an_order_was_given_up_goes_back(run: Callable[..., Any], till: Till) -> None:
    intent = till.intent()
    attempt = till.begin(intent)
    payments.close_intent(intent.id, "cancelled")
    _pay_although_closed(attempt["attempt_id"])
    (told,) = heard()

    run("refunds.on_payment_unwanted", told)

    (refund,) = all_open()
    assert (refund.reason, refund.amount) == ("late", PRICE)
    assert ledger.balance(f"intent:{intent.id}") == Money(0)
    acts.check_books()


def _pay_although_closed(attempt_id: str) -> None:
    """Let the channel say that an attempt was paid, as one does that was asked too late."""
    from mall import clock, sql
    from mall.payments.model import Report, Standing
    from mall.payments.reports import service as reports

    report = Report(attempt_id, Standing.PAID, "sbp_1", PRICE, clock.now())
    sql.retrying(
        lambda session: reports.take(session, report, channel="sandbox", event_id="e1", at=clock.now()),
        key=attempt_id,
    )
