"""Prepared statements are those of any session, put together once."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from mall import ids, sql
from mall.sql.errors import CrossShard, ReadOnly, WrongSlot
from tests.fixtures.shop import Account, Campaign, Order, Region, Table, buyer, order_of


class Crate(Table, sql.ByBuyer):
    """A row with defaults, JSON, and an attribute that is called otherwise than its column."""

    __tablename__ = "shop_crate"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str]
    weight: Mapped[int | None] = mapped_column("weight_g")
    stops: Mapped[Any] = mapped_column(JSONB)
    colour: Mapped[str] = mapped_column(default="brown")


ADD = sql.prepared(insert(Crate))
OF = sql.prepared(select(Crate).where(sql.given(Crate.slot, Crate.user_id)).order_by(Crate.weight))
SOME = sql.prepared(select(Crate.weight).where(sql.given(Crate.slot), sql.given_any(Crate.id)).order_by(Crate.weight))
CHANGE = sql.prepared(update(Crate).where(sql.given(Crate.slot, Crate.id, Crate.weight)))
REMOVE = sql.prepared(delete(Crate).where(sql.given(Crate.slot, Crate.id)))


def crate(user_id: str, **values: Any) -> dict[str, Any]:
    return {"id": ids.new("crt", slot=ids.slot_of(user_id)), "user_id": user_id, "stops": ["深圳"], **values}


def test_rows_are_written_and_found_by_what_is_given(shop: list[str]) -> None:
    low, high = buyer(3), buyer(900)

    for user_id in (low, high):
        with sql.session() as session:
            ADD(session, [crate(user_id, weight=1), crate(user_id, weight=2, colour="red", stops={"a": None})])

    for user_id in (low, high):
        with sql.session() as session:
            found = OF(session, user_id=user_id).all()
        assert [(row.slot, row.user_id) for row in found] == [(ids.slot_of(user_id), user_id)] * 2
        assert [(row.weight_g, row.colour, row.stops) for row in found] == [
            (1, "brown", ["深圳"]),
            (2, "red", {"a": None}),
        ]


def test_the_slot_comes_from_whatever_carries_it(shop: list[str]) -> None:
    user_id = buyer(900)
    one, other = crate(user_id, weight=1), crate(user_id, weight=2)
    with sql.session() as session:
        ADD(session, [one, other])

    with sql.session(key=user_id) as session:
        assert SOME(session, slot=900, id=[one["id"], other["id"], "crt_none"]).scalars() == [1, 2]
        assert SOME(session, slot=900, id=[]).all() == []
        assert CHANGE(session, {"weight": 5}, id=one["id"], weight=1).rowcount == 1
        assert CHANGE(session, {"weight": 6, "colour": "red"}, id=one["id"], weight=1).rowcount == 0
        assert REMOVE(session, id=other["id"]).rowcount == 1
        assert [(row.weight_g, row.colour) for row in OF(session, user_id=user_id)] == [(5, "brown")]


def test_an_insert_may_say_what_happens_to_what_is_there(shop: list[str]) -> None:
    user_id = buyer(5)
    once = sql.prepared(upsert(Crate).on_conflict_do_nothing().returning(Crate.id))
    row = crate(user_id)

    with sql.session(key=user_id) as session:
        assert once(session, row).scalar_one() == row["id"]
        assert once(session, row).one_or_none() is None


def test_a_locked_row_waits_for_the_end_of_the_transaction(shop: list[str]) -> None:
    user_id = buyer(5)
    with sql.session(key=user_id) as session:
        ADD(session, crate(user_id))

    with sql.session(key=user_id) as session:
        assert len(OF.locked()(session, user_id=user_id).all()) == 1
        assert free(shop[0]) == 0
    assert free(shop[0]) == 1


def free(url: str) -> int:
    """How many crates nobody holds a lock on."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return len(connection.execute("SELECT id FROM shop_crate FOR UPDATE SKIP LOCKED").fetchall())


def test_what_was_added_to_the_session_is_written_before(shop: list[str]) -> None:
    user_id = buyer(13)
    totals = sql.prepared(select(Order.total).where(sql.given(Order.slot, Order.user_id)))

    with sql.session() as session:
        session.add(order_of(user_id, total=7))

        assert totals(session, user_id=user_id).scalars() == [7]


def test_what_a_statement_may_not_do_is_refused(shop: list[str]) -> None:
    low, high = buyer(3), buyer(900)

    with pytest.raises(CrossShard), sql.session() as session:
        ADD(session, [crate(low), crate(high)])
    with pytest.raises(WrongSlot), sql.session() as session:
        ADD(session, crate(low) | {"id": ids.new("crt", slot=900)})
    with pytest.raises(CrossShard), sql.session() as session:
        ADD(session, crate(low))
        OF(session, user_id=high)
    with pytest.raises(CrossShard), sql.session(key=low) as session:
        OF(session, user_id=high)
    for write in (
        lambda session: ADD(session, crate(low)),
        lambda session: CHANGE(session, {"weight": 5}, id=crate(low)["id"], weight=1),
        lambda session: REMOVE(session, id=crate(low)["id"]),
    ):
        with pytest.raises(ReadOnly), sql.session(key=low, read_only=True) as session:
            write(session)
    with sql.session(read_only=True) as session:
        assert OF(session, user_id=low).all() == []
    with sql.session(key=low) as session:
        assert OF(session, user_id=low).all() == []


def test_a_statement_that_cannot_name_one_shard_is_none_to_prepare(shop: list[str]) -> None:
    everybody = sql.prepared(select(Crate).where(sql.given(Crate.colour)))
    anywhere = sql.prepared(select(Region))

    with sql.session() as session, pytest.raises(sql.ShardingKeyMissing):
        everybody(session, colour="red")
    with sql.session() as session, pytest.raises(AssertionError):
        anywhere(session)


def test_rows_of_merchants_and_single_tables_are_found_too(shop: list[str]) -> None:
    merchant_id = ids.new("mch", slot=900)
    account = sql.prepared(select(Account).where(sql.given(Account.slot, Account.merchant_id)))
    campaigns = sql.prepared(select(Campaign))

    with sql.session() as session:
        assert account(session, merchant_id=merchant_id).all() == []
    with sql.session() as session:
        assert campaigns(session).all() == []
