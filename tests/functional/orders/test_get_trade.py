"""Reading one of one's own trades."""

from collections.abc import Callable

import pytest

from mall import ids
from tests.fixtures import people
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def test_a_trade_says_how_to_pay_it_until_when_and_what_else_can_be_done(invoke: Invoke, mall: Mall) -> None:
    trade = mall.open(mall.tea.wish(1), mall.cups.wish(1))

    answer = invoke("orders.get_trade", caller=mall.buyer, path={"trade_id": trade.id}, query={"locale": "en"})

    assert answer.status == 200
    assert (answer.body["stage"], answer.body["intent_id"]) == ("awaiting_payment", trade.intent_id)
    actions = {one["name"]: one for one in answer.body["actions"]}
    assert [name for name, one in actions.items() if one["allowed"]] == ["pay", "cancel", "postpone_pay"]
    assert actions["pay"]["until"] == answer.body["pay_deadline"]
    (reason,) = {
        action["reason"] for order in answer.body["orders"] for action in order["actions"] if action["name"] == "cancel"
    }
    assert reason == "part_of_trade"


def test_a_trade_that_is_paid_says_so(invoke: Invoke, mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))

    answer = invoke("orders.get_trade", caller=mall.buyer, path={"trade_id": trade.id})

    assert (answer.body["stage"], answer.body["orders"][0]["status"]) == ("paid", "paid")
    assert {one["reason"] for one in answer.body["actions"]} == {"not_shipped"}
    assert [one["kind"] for one in answer.body["orders"][0]["deadlines"]] == ["ship"]


@pytest.mark.parametrize("slot", [9, 700])
def test_anothers_trade_is_not_there_for_me(invoke: Invoke, mall: Mall, slot: int) -> None:
    trade = mall.open()

    answer = invoke("orders.get_trade", caller=people.customer(slot=slot), path={"trade_id": trade.id})

    assert (answer.status, answer.code) == (404, "TradeNotFound")


def test_what_is_no_trade_is_not_found(invoke: Invoke, mall: Mall) -> None:
    for absent in (ids.new("trd", slot=9), "trd_1", "💥"):
        answer = invoke("orders.get_trade", caller=mall.buyer, path={"trade_id": absent})
        assert (answer.status, answer.code) == (404, "TradeNotFound")
