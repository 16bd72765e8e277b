"""Keeping the proof of a closed account's consents under a pseudonym only."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock, config, ids, sql
from mall.auth import Caller
from mall.users.consents import model, service, store
from mall.users.consents.schemas import ConsentForm
from mall.users.consents.tables import ConsentRow
from mall.users.model import AccountClosed
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.users.test_change_consent import agree
from tests.functional.users.test_on_consent_changed import queue
from tests.functional.users.test_on_user_registered import registration

pytestmark = pytest.mark.usefixtures("database", "aws")


def say(me: Caller, kind: str, policy: str = "1") -> None:
    """Give a consent from an address."""
    service.change(me.user_id, kind, ConsentForm(given=True, policy_version=policy), ip="203.0.113.77")


def rows_of(key: str) -> list[ConsentRow]:
    """The proof that goes by `key`."""
    with sql.session() as session:
        query = select(ConsentRow).where(ConsentRow.slot == ids.slot_of(key), ConsentRow.user_id == key)
        return list(session.scalars(query.order_by(ConsentRow.version)))


def test_the_proof_stays_and_nothing_leads_from_it_to_the_person(run: Callable[..., Any]) -> None:
    me, other = people.customer(slot=9), people.customer(slot=9)
    for caller, kind in ((me, "terms"), (me, "marketing_email"), (other, "terms")):
        say(caller, kind)

    result = run("users.erase_consents", {"user_id": me.user_id})

    assert result == {"consents": 2}
    assert rows_of(me.user_id) == []
    proof = rows_of(model.pseudonym(me.user_id, config.secret("pseudonym-key")))
    assert [(row.kind, row.given, row.network) for row in proof] == [
        ("terms", True, ""),
        ("marketing_email", True, ""),
    ]
    assert len(rows_of(other.user_id)) == 1


def test_a_repetition_gets_the_first_answer(run: Callable[..., Any]) -> None:
    me = people.customer()
    say(me, "terms")

    assert [run("users.erase_consents", {"user_id": me.user_id}) for _ in range(2)] == [{"consents": 1}] * 2


def test_who_was_erased_consents_to_nothing_more(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    say(me, "terms")
    service.erase(me.user_id)

    # The access token is good for some minutes more.
    body = {"given": True, "policy_version": "2"}
    answer = invoke("users.change_consent", caller=me, path={"kind": "terms"}, body=body)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert rows_of(me.user_id) == []


def test_news_of_a_registration_that_comes_after_the_end_is_dropped(run: Callable[..., Any]) -> None:
    me = people.customer()
    service.erase(me.user_id)

    answer = run("users.on_user_registered", queue(registration(me)))

    assert answer == {"batchItemFailures": []}
    assert rows_of(me.user_id) == []


def test_an_attempt_that_died_halfway_is_simply_done_again() -> None:
    me = people.customer()
    say(me, "terms")

    assert [service.erase(me.user_id), service.erase(me.user_id)] == [1, 0]


def test_of_what_is_said_while_it_is_erased_nothing_stays_under_the_name(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    # The processes of a race have no AWS to ask for the key of pseudonyms.
    erasing = (store.rename, me.user_id, model.pseudonym(me.user_id, "key"), clock.now())

    results = race([(agree, me.user_id, "terms"), erasing, (agree, me.user_id, "privacy")] * 2)

    assert {type(result) for result in results} <= {bool, int, AccountClosed}
    assert rows_of(me.user_id) == []


def test_a_copy_of_the_data_holds_every_word() -> None:
    me = people.customer()
    for kind in ("terms", "privacy", "marketing_email"):
        say(me, kind)

    copy = list(service.export(me.user_id))

    assert [word["kind"] for word in copy] == ["terms", "privacy", "marketing_email"]
    assert copy[0]["network"] == "203.0.113.0/24"
