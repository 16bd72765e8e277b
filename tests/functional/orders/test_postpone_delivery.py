"""Having an order delivered later."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock, ids, sql
from mall.orders import rules
from mall.orders.deadlines import store as deadlines
from mall.orders.model import Kind
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]


def postpone(invoke: Invoke, mall: Mall, order_id: str, days: int) -> Answer:
    day = (clock.now() + timedelta(days=days)).date().isoformat()
    path, body = {"order_id": order_id}, {"delivery_date": day}
    return invoke("orders.postpone_delivery", caller=mall.buyer, path=path, body=body)


def test_the_merchant_has_until_then_to_send_it(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    answer = postpone(invoke, mall, order.id, 10)

    day = (clock.now() + timedelta(days=10)).date()
    assert (answer.status, answer.body["delivery_date"]) == (200, day.isoformat())
    with sql.session(key=mall.user_id) as session:
        due = deadlines.current(session, order.id, Kind.SHIP)
    assert due is not None
    assert (due.due_at.date(), due.version) == (day, 2)


def test_a_day_before_the_merchants_time_is_over_gives_it_no_less(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    answer = postpone(invoke, mall, order.id, 1)

    assert answer.status == 200
    assert [one["version"] for one in answer.body["deadlines"]] == [1]


def test_only_a_later_day_within_a_month_will_do(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))

    reasons = [
        postpone(invoke, mall, order.id, days).body["Details"]["reason"] for days in (0, rules.DELIVERY_LATEST.days + 2)
    ]

    assert reasons == ["not_later", "too_late"]


def test_what_is_on_its_way_or_not_mine_is_not_postponed(invoke: Invoke, mall: Mall) -> None:
    order = mall.order(mall.buy(mall.tea.wish(1)))
    mall.ship(order)

    assert postpone(invoke, mall, order.id, 5).body["Details"]["reason"] == "shipped"
    assert postpone(invoke, mall, ids.new("ord", slot=9), 5).code == "OrderNotFound"
