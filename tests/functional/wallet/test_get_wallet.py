"""Reading one's own wallet."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mall import clock
from mall.auth import NOBODY
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")


def cny(cents: int) -> dict[str, object]:
    return {"amount": cents, "currency": "CNY"}


def test_who_has_never_had_money_here_has_an_empty_wallet(invoke: Callable[..., Answer]) -> None:
    answer = invoke("wallet.get_wallet", caller=people.customer())

    assert (answer.status, answer.body["balance"], answer.body["held"]) == (200, cny(0), cny(0))
    assert answer.body["password_set"] is False


def test_a_wallet_shows_what_can_be_spent_what_is_held_and_what_was_spent_today(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    acts.credit(me.user_id, 5000)
    acts.hold(me.user_id, acts.trade_of(me.user_id), 3000)

    answer = invoke("wallet.get_wallet", caller=me)

    assert (answer.body["balance"], answer.body["held"]) == (cny(2000), cny(3000))
    assert answer.body["limits"] == {
        "highest_balance": cny(5_000_000),
        "most_spent_a_day": cny(2_000_000),
        "spent_today": cny(3000),
        "most_topped_up_a_day": cny(2_000_000),
    }
    with clock.at(clock.now() + timedelta(days=1)):
        assert invoke("wallet.get_wallet", caller=me).body["limits"]["spent_today"] == cny(0)


def test_nobody_sees_the_wallet_of_another(invoke: Callable[..., Answer]) -> None:
    me, stranger = people.customer(5), people.customer(5)
    acts.credit(me.user_id, 5000)

    assert invoke("wallet.get_wallet", caller=stranger).body["balance"] == cny(0)
    assert invoke("wallet.get_wallet", caller=NOBODY).status == 401
