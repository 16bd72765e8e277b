"""Posting to the ledger, and that nobody changes what is in it."""

from typing import Any

import psycopg
import pytest

from mall import ids, sql
from mall.ledger import service
from mall.ledger.model import PostedOtherwise, Posting, Unbalanced
from mall.money import Money
from mall.sql import maintenance, moves, slots

pytestmark = pytest.mark.usefixtures("database")

SLOT = 17


def buyer(slot: int = SLOT) -> str:
    return ids.new("usr", slot=slot)


def post(user_id: str, key: str, *postings: Posting, kind: str = "top_up", reference: str = "pay_1") -> bool:
    return sql.retrying(
        lambda session: service.post(
            session, user_id=user_id, key=key, kind=kind, reference=reference, postings=postings
        ),
        key=user_id,
    )


def move(user_id: str, key: str, cents: int) -> bool:
    return post(user_id, key, Posting("suspense", Money(cents)), Posting("platform:fee", Money(-cents)))


def test_a_transaction_changes_the_balances_of_its_accounts() -> None:
    me = buyer()

    post(
        me,
        "pay_1:paid",
        Posting("intent:pay_1", Money(8500)),
        Posting("platform:marketing", Money(500)),
        Posting("merchant:mer_1:pending", Money(-9000)),
    )

    assert service.balance("intent:pay_1", user_id=me) == Money(8500)
    assert service.balance("platform:marketing") == Money(500)
    assert service.balance("merchant:mer_1:pending") == Money(-9000)
    assert service.balance("platform:fee") == Money(0)


def test_an_account_of_everybody_is_added_up_over_the_shards() -> None:
    one, other = buyer(0), buyer(1023)

    move(one, "a", 100)
    move(other, "a", 20)

    assert service.balance("suspense") == Money(120)
    assert service.balance("suspense", user_id=other) == Money(20)
    assert service.balance("suspense", currency="USD") == Money(0, "USD")


def test_the_same_event_is_posted_once() -> None:
    me = buyer()

    assert [move(me, "a", 100), move(me, "a", 100)] == [True, False]

    assert service.balance("suspense", user_id=me) == Money(100)


def test_something_else_under_the_same_key_is_refused() -> None:
    me = buyer()
    move(me, "a", 100)

    with pytest.raises(PostedOtherwise):
        move(me, "a", 101)
    with pytest.raises(PostedOtherwise):
        post(me, "a", Posting("suspense", Money(100)), Posting("platform:fee", Money(-100)), kind="refund")

    assert service.balance("suspense", user_id=me) == Money(100)


def test_unbalanced_postings_write_nothing() -> None:
    me = buyer()

    with pytest.raises(Unbalanced):
        post(me, "a", Posting("suspense", Money(5)), Posting("platform:fee", Money(-4)))

    assert move(me, "a", 3)
    assert service.balance("suspense", user_id=me) == Money(3)


def test_of_the_same_event_at_once_one_is_posted(race: Any) -> None:
    me = buyer()

    results = race([(move, me, "a", 100)] * 4)

    assert sorted(results) == [False, False, False, True]
    assert service.balance("suspense", user_id=me) == Money(100)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = amount + 1",
        "UPDATE ledger_entry SET debit = 'user:me:wallet'",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_transaction",
        "UPDATE ledger_transaction SET key = 'b'",
        "UPDATE wallet_entry SET amount = 1",
    ],
)
def test_what_is_in_the_books_is_neither_changed_nor_deleted(database: list[str], statement: str) -> None:
    me = buyer()
    move(me, "a", 100)
    _history(database[0], me)

    with maintenance.connect(database[0]) as connection, pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        connection.execute(statement)

    assert service.balance("suspense", user_id=me) == Money(100)


@pytest.mark.parametrize("change", ["amount = 0", "amount = -1", "credit = 'suspense'"])
def test_the_database_takes_no_entry_that_moves_nothing(database: list[str], change: str) -> None:
    me = buyer()
    move(me, "a", 100)
    column, value = change.split(" = ")
    columns = ["slot", "transaction_id", "number", "user_id", "debit", "credit", "amount", "currency"]
    values = ", ".join("2" if name == "number" else value if name == column else name for name in columns)

    with maintenance.connect(database[0]) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(f"INSERT INTO ledger_entry ({', '.join(columns)}) SELECT {values} FROM ledger_entry")


def test_a_slot_moves_with_its_books(database: list[str]) -> None:
    me = buyer()
    move(me, "a", 100)
    move(me, "b", 20)

    moves.move(SLOT, target=1, grace=0, notice=0)
    slots.forget()  # nobody waited until this process's map was too old

    assert service.balance("suspense", user_id=me) == Money(120)
    assert [_count(url) for url in database] == [0, 2]
    assert move(me, "a", 100) is False
    assert move(me, "c", 1) is True


def _history(url: str, user_id: str) -> None:
    with maintenance.connect(url) as connection:
        connection.execute(
            "INSERT INTO wallet_entry (slot, id, user_id, key, kind, reference, amount, currency, balance, created_at) "
            "VALUES (%s, 'wle_1', %s, 'a', 'refund', 'ord_1', 5, 'CNY', 5, now())",
            [SLOT, user_id],
        )


def _count(url: str) -> int:
    with maintenance.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM ledger_entry").fetchone()
        assert row is not None
        return int(row[0])
