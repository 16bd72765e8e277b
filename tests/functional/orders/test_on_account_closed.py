"""What an account that is closed leaves behind."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock, events, sql
from mall.orders import rules, store
from mall.orders.model import SYSTEM, Actor, Kind, Order, Side, Stage, Status
from mall.orders.paying import service as paying
from mall.orders.shipping import service as shipping
from mall.orders.sweeping import service
from mall.orders.tables import DeadlineRow, OrderRow
from mall.payments.model import ChannelUnavailable
from mall.users.address_book import service as book
from tests.fixtures import checkout, traces
from tests.fixtures.buying import ADDRESS, Mall
from tests.fixtures.loopback import Api

Run = Callable[..., Any]

REDUCED = {"country": "CN", "division": "440305"}


def closed(mall: Mall) -> events.Event:
    """The news that the buyer's account is closed."""
    return events.Event.of(
        "users.AccountClosed", aggregate=mall.user_id, data={"closed_at": "2030-01-01T00:00:00+00:00"}
    )


def hear(mall: Mall) -> None:
    service.account_closed(closed(mall))


def addresses_of(mall: Mall) -> dict[str, dict[str, Any]]:
    with sql.session(key=mall.user_id) as session:
        return {
            row.id: row.address for row in session.scalars(select(OrderRow).where(OrderRow.user_id == mall.user_id))
        }


def waiting(mall: Mall) -> list[DeadlineRow]:
    """What is still to be forgotten of the buyer."""
    with sql.session(key=mall.user_id) as session:
        return list(
            session.scalars(select(DeadlineRow).where(DeadlineRow.kind == "forget", DeadlineRow.met_at.is_(None)))
        )


def ended(mall: Mall, how: str) -> Order:
    """An order of the buyer that is over."""
    if how == "cancelled":
        trade = mall.open()
        paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="x")
        return mall.order(trade)
    order = mall.ship(mall.order(mall.bought()))
    order = shipping.confirm_receipt(mall.user_id, order.id, by=Actor(Side.BUYER, mall.user_id))
    if how == "closed":
        with sql.session(key=mall.user_id) as session:
            shipping.close(session, store.order(session, mall.user_id, order.id, lock=True), clock.now())
    return mall.order(mall.trade_of(order))


def test_what_is_not_paid_is_cancelled_and_what_is_paid_is_sent(mall: Mall) -> None:
    placing, waiting, paid = mall.place([mall.tea.wish(1)]), mall.open(), mall.buy(mall.tea.wish(1))

    for _ in range(2):
        hear(mall)

    assert mall.trade(placing).stage is mall.trade(waiting).stage is Stage.CANCELLED
    assert mall.trade(waiting).reason == "account_closed"
    assert mall.trade(paid).stage is Stage.PAID
    mall.check()


@pytest.mark.parametrize("how", ["cancelled", "completed", "closed"])
def test_a_finished_order_forgets_at_once_who_lived_where(mall: Mall, how: str) -> None:
    order = ended(mall, how)
    assert order.status == how

    for _ in range(2):
        hear(mall)

    after = mall.order(mall.trade_of(order))
    assert after.address == REDUCED
    assert (after.status, after.payable, after.lines) == (order.status, order.payable, order.lines)
    # Once: the second time there is nothing left to forget.
    assert after.version == order.version + 1
    assert waiting(mall) == []


def test_what_is_cancelled_with_the_account_forgets_too(mall: Mall) -> None:
    order = mall.order(mall.open())

    hear(mall)

    assert mall.order(mall.trade_of(order)).address == REDUCED
    assert waiting(mall) == []


def test_what_is_still_to_be_sent_keeps_its_address_until_it_is_finished(mall: Mall) -> None:
    order = mall.order(mall.bought())
    hear(mall)
    (due,) = waiting(mall)
    assert mall.order(mall.trade_of(order)).address == order.address

    mall.ship(order)
    later = clock.now() + rules.LASTS[Kind.RECEIPT]
    with clock.at(later):
        service.sweep(0)  # finishes it, and may have looked at the account before
    with clock.at(later + service.FORGET_AGAIN):
        service.sweep(0)

    after = mall.order(mall.trade_of(order))
    assert (after.status, after.address) == (Status.COMPLETED, REDUCED)
    assert waiting(mall) == []
    assert due.look_at > clock.now()


def test_the_sweep_looks_once_a_day_for_what_is_not_finished(mall: Mall) -> None:
    mall.bought()
    hear(mall)

    for day in (1, 2):
        now = clock.now() + day * service.FORGET_AGAIN
        with clock.at(now):
            assert service.sweep(0) >= 1
            (due,) = waiting(mall)
            assert due.look_at == now + service.FORGET_AGAIN
            assert service.lag(0) == 0


def test_what_fails_while_the_account_is_closed_is_done_by_the_sweep(mall: Mall, api: Api) -> None:
    order, unpaid = ended(mall, "completed"), mall.open()
    mall.attempt(unpaid, channel="sandbox")
    api.down = True  # so nobody knows whether it is paid

    with pytest.raises(ChannelUnavailable):
        hear(mall)
    assert mall.order(mall.trade_of(order)).address == order.address
    service.sweep(0)

    assert mall.order(mall.trade_of(order)).address == REDUCED


def test_an_account_without_orders_is_done_at_once(mall: Mall) -> None:
    hear(mall)

    assert waiting(mall) == []


def test_afterwards_no_table_says_where_somebody_lived_and_nobody_elses_order_has_changed(
    mall: Mall, database_urls: list[str]
) -> None:
    ended(mall, "completed")
    ended(mall, "cancelled")
    _, (other,) = checkout.written(
        checkout.buyer(), address={**checkout.ADDRESS, "recipient": "韩梅梅", "lines": ["科苑路15号"]}
    )

    hear(mall)
    book.erase(mall.user_id)

    left = traces.found([str(ADDRESS["recipient"]), "深南大道10000号"], database_urls)
    assert left == {}
    with sql.session(key=other.user_id) as session:
        assert store.order(session, other.user_id, other.id).address == other.address


def test_many_orders_forget_in_batches(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        trade, _ = checkout.written(mall.user_id, address={**checkout.ADDRESS, "division": f"44030{number % 2}"})
        paying.cancel(mall.user_id, trade.id, by=SYSTEM, reason="x")
    monkeypatch.setattr("mall.orders.addresses.service._AT_ONCE", 2)

    hear(mall)

    assert sorted(address["division"] for address in addresses_of(mall).values()) == ["440300", "440300", "440301"]
    assert all(address.keys() == {"country", "division"} for address in addresses_of(mall).values())
