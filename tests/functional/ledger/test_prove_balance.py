"""The nightly proof finds whatever does not add up, and says so where people hear it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall import sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.ledger.proof import service as proof
from mall.ledger.proof.model import Difference
from mall.money import Money
from mall.refunds import service as refunds
from mall.sql import maintenance
from mall.wallet import service as wallet
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")

SLOT = 3


@pytest.fixture
def tamper(database: list[str]) -> Callable[..., None]:
    """Change what is stored behind everybody's back, as a mistake in a program or a hand in the database would."""

    def change(statement: str) -> None:
        with maintenance.connect(database[0]) as connection:
            # No guard of ours has a say.
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement)

    return change


@pytest.fixture
def me() -> str:
    """Somebody who has 2,000 to spend and 3,000 held, of 5,000."""
    user_id = acts.buyer(SLOT)
    acts.credit(user_id, 5000)
    acts.hold(user_id, acts.trade_of(user_id), 3000)
    return user_id


def rules() -> set[str]:
    return {difference.rule for difference in prove()}


def prove() -> list[Difference]:
    found, unproven = proof.prove_all((proof.prove, wallet.prove, refunds.prove), go_on=lambda: True)
    assert unproven == 0
    return found


def post(user_id: str, key: str, *postings: Posting) -> None:
    sql.retrying(
        lambda session: ledger.post(
            session, user_id=user_id, key=key, kind="test", reference="ord_1", postings=postings
        ),
        key=user_id,
    )


def test_books_that_agree_are_proven_without_a_difference(run: Callable[..., Any], me: str) -> None:
    acts.credit(acts.buyer(1023), 100)

    assert run("ledger.prove_balance", {}) == {"differences": 0, "unproven_slots": 0}


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE wallet SET balance = balance + 1", "a wallet's balance is that of its account"),
        ("UPDATE wallet SET held = held - 1", "what a wallet holds is that of its account"),
        ("UPDATE wallet_hold SET amount = 1", "what a wallet holds is that of its trades"),
        ("DELETE FROM wallet_entry WHERE kind = 'payment'", "a wallet's history leads to its balance"),
        ("DELETE FROM wallet", "an account has a wallet"),
        ("DELETE FROM ledger_entry WHERE debit LIKE '%:wallet'", "a transaction has entries"),
        ("UPDATE ledger_entry SET amount = amount + 1", "what a wallet holds is that of its account"),
        ("UPDATE ledger_entry SET debit = credit, credit = debit", "nobody owes what we owe them"),
    ],
)
def test_whatever_is_changed_behind_the_books_is_found(
    me: str, tamper: Callable[..., None], statement: str, rule: str
) -> None:
    assert prove() == []

    tamper(statement)

    assert rule in rules()


def test_a_difference_says_whose_it_is_what_should_be_and_what_is(me: str, tamper: Callable[..., None]) -> None:
    tamper("UPDATE wallet SET balance = 2001")

    assert prove() == [
        Difference("a wallet's balance is that of its account", me, "2000", "2001"),
        Difference("a wallet's history leads to its balance", me, "2000", "2001"),
    ]


def test_refund_money_without_a_refund_is_found() -> None:
    me = acts.buyer(SLOT)

    post(me, "a", Posting("suspense", Money(5)), Posting("refund:sandbox:in_transit", Money(-5)))

    assert rules() == {"what is in transit is on its way"}


def test_money_that_nobody_assigned_is_found_after_a_day(tamper: Callable[..., None]) -> None:
    from datetime import timedelta

    from mall import clock

    me = acts.buyer(SLOT)
    post(me, "a", Posting("channel:sandbox:clearing", Money(5)), Posting("intent:pay_1", Money(-5)))
    assert rules() == set()

    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        assert rules() == {"money that came in is assigned"}
        post(me, "b", Posting("intent:pay_1", Money(5)), Posting("suspense", Money(-5)))
        assert rules() == set()


def test_what_was_found_is_counted_and_named_in_the_log(
    run: Callable[..., Any],
    me: str,
    tamper: Callable[..., None],
    logged: Callable[[], list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tamper("UPDATE wallet SET balance = 2001")

    assert run("ledger.prove_balance", {})["differences"] == 2

    assert [line["subject"] for line in logged() if line["message"] == "books differ"] == [me, me]
    (counted,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "LedgerDifferences" in line]
    assert (counted["LedgerDifferences"], counted["LedgerSlotsUnproven"]) == ([2.0], [0.0])


def test_slots_that_there_was_no_time_for_are_counted(me: str) -> None:
    found, unproven = proof.prove_all((proof.prove,), go_on=lambda: False)

    assert (found, unproven) == ([], 1024)
