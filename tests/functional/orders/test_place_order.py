"""Placing an order: what was quoted is what is ordered, once."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mall import clock, config, ids, sql
from mall.cart import service as carts
from mall.cart.model import Holder
from mall.inventory import service as inventory
from mall.money import Money
from mall.orders.deadlines import store as deadlines
from mall.orders.model import MOST_UNPAID_TRADES, Kind, Stage, Status
from mall.users.address_book import service as addresses
from mall.users.address_book.schemas import NewAddress
from tests.fixtures import buying, people
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def ask(invoke: Invoke, mall: Mall, form: dict[str, Any], key: str = "", **request: Any) -> Answer:
    return invoke(
        "orders.place_order",
        caller=mall.buyer,
        body=form,
        headers={"Idempotency-Key": key or ids.new("key")},
        **request,
    )


def sagas() -> list[dict[str, Any]]:
    client = boto3.client("stepfunctions")
    found: list[dict[str, Any]] = client.list_executions(stateMachineArn=config.machine("order_saga"))["executions"]
    return found


def test_an_order_is_accepted_and_says_where_to_look(invoke: Invoke, mall: Mall) -> None:
    answer = ask(invoke, mall, mall.form([mall.tea.wish(2), mall.cups.wish(1)]), query={"locale": "en"})

    assert answer.status == 202
    trade = answer.body
    assert (answer.headers["location"], answer.headers["retry-after"]) == (f"/api/trades/{trade['id']}", "1")
    assert (trade["stage"], trade["total"]) == ("placing", {"amount": 2 * 12800 + 12800, "currency": "CNY"})
    assert trade["intent_id"] is None
    assert len(trade["orders"]) == 2
    assert {order["status"] for order in trade["orders"]} == {"pending_payment"}
    assert sum(order["payable"]["amount"] for order in trade["orders"]) == trade["total"]["amount"]
    line = next(line for order in trade["orders"] for line in order["lines"] if line["sku_id"] == mall.tea.sku_id)
    assert line["name"] == "West Lake Longjing"
    assert line["options"] == [{"name": "Colour", "value": "Red"}]
    assert {one["name"]: one["reason"] for one in trade["actions"]} == {
        "pay": "placing",
        "cancel": None,
        "postpone_pay": "placing",
    }
    assert [run["name"] for run in sagas()] == [trade["id"]]


def test_what_is_answered_at_once_is_what_is_read_later(invoke: Invoke, mall: Mall) -> None:
    answer = ask(invoke, mall, mall.form([mall.tea.wish(1), mall.cups.wish(1)]))

    read = invoke("orders.get_trade", caller=mall.buyer, path={"trade_id": answer.body["id"]})

    assert read.body == answer.body


def test_the_saga_is_told_all_it_needs(mall: Mall) -> None:
    trade = mall.place([mall.tea.wish(2), mall.cups.wish(1)])

    given = mall.given(trade)

    assert given["until"] > trade.pay_deadline.isoformat()
    assert 1_790 < given["payment"]["seconds"] <= 1_801
    assert {(line["sku_id"], line["quantity"]) for line in given["lines"]} == {
        (mall.tea.sku_id, 2),
        (mall.cups.sku_id, 1),
    }
    assert given["uses_benefits"] is False


def test_the_same_key_is_the_same_order_and_another_order_under_it_is_refused(invoke: Invoke, mall: Mall) -> None:
    form = mall.form([mall.tea.wish(1)])

    first, second = (ask(invoke, mall, form, "k1") for _ in range(2))
    other = ask(invoke, mall, mall.form([mall.tea.wish(2)]), "k1")

    assert (first.status, second.status) == (202, 202)
    assert first.body["id"] == second.body["id"]
    assert (other.status, other.code) == (409, "IdempotencyKeyReused")
    assert len(sagas()) == 1


def test_keys_are_each_buyers_own(invoke: Invoke, mall: Mall) -> None:
    other = buying.opened(mall.run, slot=9)

    one, two = (ask(invoke, who, who.form([who.tea.wish(1)]), "k1") for who in (mall, other))

    assert one.body["id"] != two.body["id"]


def test_an_order_takes_a_key(invoke: Invoke, mall: Mall) -> None:
    answer = invoke("orders.place_order", caller=mall.buyer, body=mall.form([mall.tea.wish(1)]))
    long = ask(invoke, mall, mall.form([mall.tea.wish(1)]), "k" * 129)

    assert (answer.status, answer.code) == (long.status, long.code) == (400, "Invalid")


def test_a_cart_is_ordered_once_whatever_the_key(invoke: Invoke, mall: Mall) -> None:
    mall.put(mall.tea.wish(1), mall.cups.wish(1))
    form = mall.form() | {"cart_version": carts.selected(mall.user_id).version}

    first, second = ask(invoke, mall, form, "k1"), ask(invoke, mall, form, "k2")

    assert first.status == 202
    assert (second.status, second.code) == (409, "AlreadyOrdered")
    assert second.body["Details"]["trade_id"] == first.body["id"]


def test_what_was_ordered_leaves_the_cart_when_its_payment_is_opened(mall: Mall) -> None:
    mall.put(mall.tea.wish(2), mall.cups.wish(1))
    trade = mall.place()
    given = mall.given(trade)
    inventory.reserve_trade(given)

    mall.run("orders.open_payment", given | {"token": buying.TOKEN})
    mall.deliver()

    assert carts.selected(mall.user_id).lines == ()


def test_notes_reach_their_merchants(invoke: Invoke, mall: Mall) -> None:
    merchant = mall.tea.product.merchant_id

    answer = ask(invoke, mall, mall.form([mall.tea.wish(1), mall.cups.wish(1)], notes={merchant: "请放门卫"}))

    assert {order["merchant"]["id"]: order["note"] for order in answer.body["orders"]} == {
        merchant: "请放门卫",
        mall.cups.product.merchant_id: "",
    }


def test_another_total_than_was_seen_is_told_and_nothing_is_ordered(invoke: Invoke, mall: Mall) -> None:
    form = mall.form([mall.tea.wish(1)], expected_total={"amount": 1, "currency": "CNY"})

    answer = ask(invoke, mall, form)

    assert (answer.status, answer.code) == (409, "CartChanged")
    assert answer.body["Details"]["total"] == {"amount": 12800, "currency": "CNY"}
    assert answer.body["Details"]["changes"] == [
        {"kind": "total", "before": {"amount": 1, "currency": "CNY"}, "now": {"amount": 12800, "currency": "CNY"}}
    ]
    assert sagas() == []


def test_a_price_or_stock_that_changed_is_named(invoke: Invoke, mall: Mall) -> None:
    form = mall.form([mall.tea.wish(1), mall.red.wish(2)])
    merchant, product = mall.tea.product.merchant_id, mall.tea.product.id
    inventory.set_available(merchant, product, {mall.red.sku_id: 1}, by="test", reason="counted")

    answer = ask(invoke, mall, form)

    assert answer.code == "CartChanged"
    assert {"sku_id": mall.red.sku_id, "kind": "stock", "before": 2, "now": 1} in answer.body["Details"]["changes"]


def test_a_cart_that_is_not_the_one_that_was_quoted_is_told(invoke: Invoke, mall: Mall) -> None:
    mall.put(mall.tea.wish(1))
    form = mall.form() | {"cart_version": carts.selected(mall.user_id).version}
    carts.add(Holder(mall.user_id), mall.tea.wish(1))

    answer = ask(invoke, mall, form)

    assert answer.code == "CartChanged"
    assert {one["kind"] for one in answer.body["Details"]["changes"]} == {"cart", "total"}


def test_an_empty_cart_is_no_order(invoke: Invoke, mall: Mall) -> None:
    form = mall.form([mall.tea.wish(1)]) | {"source": "cart"}
    del form["lines"]

    answer = ask(invoke, mall, form)

    assert (answer.status, answer.code) == (400, "NothingToOrder")


def test_the_address_is_ones_own_and_stays_as_it_was(invoke: Invoke, mall: Mall) -> None:
    stranger = people.customer(slot=9)
    theirs = addresses.add(stranger.user_id, NewAddress.model_validate(buying.ADDRESS))

    refused = ask(invoke, mall, mall.form([mall.tea.wish(1)], address_id=theirs.id))
    placed = ask(invoke, mall, mall.form([mall.tea.wish(1)]))
    addresses.remove(mall.user_id, mall.address_id)

    assert (refused.status, refused.code) == (404, "AddressNotFound")
    order = invoke("orders.get_order", caller=mall.buyer, path={"order_id": placed.body["orders"][0]["id"]})
    assert (order.body["address"]["recipient"], order.body["address"]["district"]) == ("李雷", "南山区")


def test_hoarding_ends_at_five_unpaid_trades(invoke: Invoke, mall: Mall) -> None:
    trades = [mall.place([mall.tea.wish(1)]) for _ in range(MOST_UNPAID_TRADES)]

    answer = ask(invoke, mall, mall.form([mall.tea.wish(1)]))

    assert (answer.status, answer.code) == (409, "TooManyUnpaid")
    assert set(answer.body["Details"]["trade_ids"]) == {trade.id for trade in trades}


def test_the_wallet_takes_its_password(invoke: Invoke, mall: Mall) -> None:
    mall.fill(20_000)
    form = mall.form([mall.tea.wish(1)], wallet=5_000)
    missing = ask(invoke, mall, form)
    mall.place([mall.tea.wish(1)], wallet=1, proven=True)

    wrong = ask(invoke, mall, form | {"payment_password": "271828"})
    none = ask(invoke, mall, {name: value for name, value in form.items() if name != "payment_password"})
    right = ask(invoke, mall, form)

    assert (missing.status, missing.code) == (409, "PaymentPasswordMissing")
    assert (wrong.status, wrong.code) == (none.status, none.code) == (403, "PaymentPasswordWrong")
    assert right.status == 202
    assert (right.body["wallet_amount"]["amount"], right.body["due"]["amount"]) == (5_000, 7_800)


def test_the_wallet_pays_no_more_than_the_total(invoke: Invoke, mall: Mall) -> None:
    mall.fill(20_000)
    mall.place([mall.tea.wish(1)], wallet=1, proven=True)

    answer = ask(invoke, mall, mall.form([mall.tea.wish(1)], wallet=12_801))

    assert (answer.status, answer.code) == (400, "WalletAmountTooHigh")


@pytest.mark.parametrize("days", [-2, 32])
def test_a_delivery_date_is_within_the_next_month(invoke: Invoke, mall: Mall, days: int) -> None:
    from datetime import timedelta

    day = (clock.now() + timedelta(days=days)).date().isoformat()

    answer = ask(invoke, mall, mall.form([mall.tea.wish(1)], delivery_date=day))

    assert (answer.status, answer.code) == (400, "DeliveryDate")


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{"product_id": "p", "sku_id": "s", "quantity": 0}]},
        {"source": "gift"},
        {"cart_version": 3},
        {"notes": {"somebody": "x"}},
        {"expected_total": {"amount": -1}},
        {"expected_total": {"amount": 1, "currency": "yuan"}},
        {"wallet_amount": {"amount": 1, "currency": "USD"}},
        {"delivery_date": "tomorrow"},
        {"total": 1},
    ],
)
def test_what_is_no_order_is_refused_with_its_fields(invoke: Invoke, mall: Mall, change: dict[str, Any]) -> None:
    answer = ask(invoke, mall, mall.form([mall.tea.wish(1)]) | change)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_an_erased_person_orders_nothing(invoke: Invoke, mall: Mall) -> None:
    form = mall.form([mall.tea.wish(1)])
    from mall.users.erased import store as erased

    with sql.session(key=mall.user_id) as session:
        erased.mark(session, mall.user_id, clock.now())

    answer = ask(invoke, mall, form)

    assert answer.code == "AccountClosed"
    assert sagas() == []


def test_an_order_whose_saga_cannot_be_started_is_placed_all_the_same(mall: Mall, monkeypatch: Any) -> None:
    monkeypatch.setenv("MALL_MACHINE_ORDER_SAGA", "arn:aws:states:us-east-1:123456789012:stateMachine:none")

    trade = mall.place([mall.tea.wish(1)])

    assert mall.trade(trade).stage is Stage.PLACING
    with sql.session(key=mall.user_id) as session:
        (due,) = deadlines.of(session, mall.user_id, [trade.id])[trade.id]
    assert (due.kind, due.due_at) == (Kind.PAY, trade.pay_deadline)


def place(user_id: str, form: dict[str, Any], key: str) -> str:
    """Place an order, in a process of its own that knows nothing of AWS but the database."""
    from mall.orders import store
    from tests.fixtures import checkout

    with sql.session(key=user_id) as session:
        from mall.users.erased import service as erased

        erased.lock(session, user_id)
        before = store.placed_before(session, user_id, key, None)
        if before is not None:
            return before.id
        order = checkout.order(ids.new("trd", slot=ids.slot_of(user_id)), user_id)
        trade = checkout.trade(user_id, [order], key=key)
        store.add(session, trade, [order], checkout.Actor(checkout.Side.BUYER, user_id))
        return trade.id


def test_of_four_at_once_with_one_key_there_is_one_trade(race: Callable[..., list[Any]], mall: Mall) -> None:
    results = race([(place, mall.user_id, {}, "k1")] * 4)

    assert len(set(results)) == 1, results


def test_of_four_at_once_no_more_trades_come_to_be_than_are_allowed(race: Callable[..., list[Any]], mall: Mall) -> None:
    for _ in range(MOST_UNPAID_TRADES - 1):
        mall.place([mall.tea.wish(1)])

    results = race([(place, mall.user_id, {}, f"k{number}") for number in range(4)])

    assert len([result for result in results if isinstance(result, str)]) == 1, results


def test_amounts_add_up_whatever_the_wallet_pays(mall: Mall) -> None:
    mall.fill(100_000)
    trade = mall.place([mall.tea.wish(1), mall.cups.wish(2)], wallet=10_001, proven=True)

    orders = mall.orders(trade)

    assert sum((order.wallet_part for order in orders), start=Money(0)) == Money(10_001)
    assert all(Money(0) <= order.wallet_part <= order.payable for order in orders)
    assert {order.status for order in orders} == {Status.PENDING_PAYMENT}
