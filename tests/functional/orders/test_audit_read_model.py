"""The audit proves that both sides agree, and repairs what is safe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mall import clock
from mall.orders.reading import store as reading
from mall.orders.reading.store import OrderItem
from tests.fixtures import checkout
from tests.fixtures.buying import Mall

Run = Callable[..., Any]


NOTHING = {"compared": 0, "missing": 0, "behind": 0, "ahead": 0, "orphans": 0}


def test_where_both_sides_agree_there_is_nothing_to_say(run: Run, mall: Mall) -> None:
    mall.buy(mall.tea.wish(1), mall.cups.wish(1))

    with clock.at(clock.now() + timedelta(minutes=6)):
        assert run("orders.audit_read_model", {}) == NOTHING | {"compared": 2}


def test_what_is_missing_or_behind_is_repaired_on_every_shard(run: Run, mall: Mall) -> None:
    orders = [checkout.written(checkout.buyer(slot))[1][0] for slot in (9, 900)]
    paid = mall.order(mall.buy(mall.tea.wish(1)))
    here = OrderItem.get(paid.merchant_id, paid.id)
    here.version = 1
    here.status = "pending_payment"
    here.save()

    with clock.at(clock.now() + timedelta(minutes=6)):
        first, second = (run("orders.audit_read_model", {}) for _ in range(2))

    assert first == NOTHING | {"compared": 3, "missing": 2, "behind": 1}
    assert second == NOTHING | {"compared": 3}
    assert OrderItem.get(paid.merchant_id, paid.id).status == "paid"
    assert {OrderItem.get(order.merchant_id, order.id).user_id for order in orders} == {one.user_id for one in orders}


def test_what_nobody_can_explain_is_told_and_left_alone(run: Run, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    here = OrderItem.get(order.merchant_id, order.id)
    here.version = 99
    here.save()
    reading.put(checkout.order("trd_1", checkout.buyer(700)))

    with clock.at(clock.now() + timedelta(minutes=6)):
        found = run("orders.audit_read_model", {})

    assert found == NOTHING | {"compared": 1, "ahead": 1, "orphans": 1}
    assert OrderItem.get(order.merchant_id, order.id).version == 99


def test_what_changed_long_ago_was_audited_before(run: Run, mall: Mall) -> None:
    checkout.written(checkout.buyer())

    with clock.at(clock.now() + timedelta(days=4)):
        assert run("orders.audit_read_model", {}) == NOTHING
