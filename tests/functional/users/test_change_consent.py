"""Giving and withdrawing a consent."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from mall import ids, sql
from mall.auth import NOBODY
from mall.events import Event, outbox
from mall.http import Page
from mall.sql.tables import OutboxRow
from mall.users.consents import service
from mall.users.consents.schemas import ConsentForm
from mall.users.consents.tables import ConsentRow
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database", "aws")
GIVEN = {"given": True, "policy_version": "2030-01"}
WITHDRAWN = {"given": False, "policy_version": "2030-01"}


def news_of(user_id: str) -> list[OutboxRow]:
    """What was written down to be told of somebody, in order."""
    with sql.session() as session:
        query = select(OutboxRow).where(OutboxRow.slot == ids.slot_of(user_id), OutboxRow.aggregate == user_id)
        return list(session.scalars(query.order_by(OutboxRow.sequence)))


def versions_of(user_id: str) -> list[int]:
    """The numbers of somebody's consents, in order."""
    with sql.session() as session:
        rows = session.execute(
            select(ConsentRow.version)
            .where(ConsentRow.slot == ids.slot_of(user_id), ConsentRow.user_id == user_id)
            .order_by(ConsentRow.version)
        )
        return [version for (version,) in rows]


@pytest.fixture
def told() -> Iterator[list[Event]]:
    """The events that are written down during the test."""
    heard: list[Event] = []
    outbox.watchers.append(heard.append)
    yield heard
    outbox.watchers.remove(heard.append)


def test_a_consent_is_given_and_withdrawn(invoke: Callable[..., Answer]) -> None:
    me, path = people.customer(), {"kind": "marketing_email"}

    given = invoke("users.change_consent", caller=me, path=path, body=GIVEN)
    withdrawn = invoke("users.change_consent", caller=me, path=path, body=WITHDRAWN)

    assert (given.status, given.body["allowed"]) == (200, True)
    assert (withdrawn.status, withdrawn.body["allowed"]) == (200, False)
    assert [consent.given for consent in service.overview(me.user_id, Page()).items] == [False, True]


def test_saying_the_same_again_changes_nothing_and_tells_nobody(invoke: Callable[..., Answer]) -> None:
    me, path = people.customer(), {"kind": "marketing_sms"}

    first = invoke("users.change_consent", caller=me, path=path, body=GIVEN)
    again = invoke("users.change_consent", caller=me, path=path, body=GIVEN)

    assert (again.status, again.body) == (200, first.body)
    assert versions_of(me.user_id) == [1]
    assert len(news_of(me.user_id)) == 1


def test_a_new_version_of_the_text_is_agreed_to_anew(invoke: Callable[..., Answer]) -> None:
    me, path = people.customer(), {"kind": "terms"}
    invoke("users.change_consent", caller=me, path=path, body=GIVEN)

    answer = invoke("users.change_consent", caller=me, path=path, body=GIVEN | {"policy_version": "2031-01"})

    assert answer.body["last"]["policy_version"] == "2031-01"
    assert versions_of(me.user_id) == [1, 2]


@pytest.mark.parametrize("kind", ["terms", "privacy"])
def test_what_an_account_rests_on_cannot_be_withdrawn(invoke: Callable[..., Answer], kind: str) -> None:
    me = people.customer()
    invoke("users.change_consent", caller=me, path={"kind": kind}, body=GIVEN)

    answer = invoke("users.change_consent", caller=me, path={"kind": kind}, body=WITHDRAWN)

    assert (answer.status, answer.code) == (409, "ConsentRequired")
    assert versions_of(me.user_id) == [1]


def test_the_news_tells_how_all_consents_stand_and_nothing_of_where_they_came_from(
    invoke: Callable[..., Answer], told: list[Event]
) -> None:
    me = people.customer()

    for kind, body in (("marketing_email", GIVEN), ("history", WITHDRAWN)):
        invoke("users.change_consent", caller=me, path={"kind": kind}, body=body, source_ip="203.0.113.77")

    assert [(event.name, event.aggregate, event.sequence) for event in told] == [
        ("users.ConsentChanged", me.user_id, 1),
        ("users.ConsentChanged", me.user_id, 2),
    ]
    latest = told[-1].data
    assert (latest["kind"], latest["given"]) == ("history", False)
    assert {kind: said["given"] for kind, said in latest["current"].items()} == {
        "marketing_email": True,
        "history": False,
    }
    assert "203.0.113" not in json.dumps([event.data for event in told])
    assert [row.id for row in news_of(me.user_id)] == [event.id for event in told]


def test_of_the_address_only_the_network_is_kept(invoke: Callable[..., Answer]) -> None:
    me = people.customer()

    invoke("users.change_consent", caller=me, path={"kind": "history"}, body=WITHDRAWN, source_ip="203.0.113.77")

    assert [consent["network"] for consent in service.export(me.user_id)] == ["203.0.113.0/24"]


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("telepathy", GIVEN, 404, "NoSuchConsent"),
        ("history", {"given": True}, 400, "Invalid"),
        ("history", {"policy_version": "1"}, 400, "Invalid"),
        ("history", GIVEN | {"policy_version": ""}, 400, "Invalid"),
        ("history", GIVEN | {"policy_version": "x" * 33}, 400, "Invalid"),
        ("history", GIVEN | {"user_id": "usr_somebody"}, 400, "Invalid"),
    ],
)
def test_what_is_no_consent_is_refused(
    invoke: Callable[..., Answer], kind: str, body: dict[str, Any], status: int, code: str
) -> None:
    me = people.customer()

    answer = invoke("users.change_consent", caller=me, path={"kind": kind}, body=body)

    assert (answer.status, answer.code) == (status, code)
    assert versions_of(me.user_id) == []


def test_nobody_consents_for_another(invoke: Callable[..., Answer]) -> None:
    me, other = people.customer(slot=9), people.customer(slot=9)

    invoke("users.change_consent", caller=me, path={"kind": "history"}, body=WITHDRAWN)

    assert versions_of(other.user_id) == []


def test_a_stranger_consents_to_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.change_consent", caller=NOBODY, path={"kind": "history"}, body=GIVEN).status == 401


def test_consents_changed_at_once_all_count_and_are_numbered_one_by_one(race: Callable[..., list[Any]]) -> None:
    me = people.customer()
    kinds = ["terms", "privacy", "marketing_email", "history"]

    results = race([(agree, me.user_id, kind) for kind in kinds])

    assert [result for result in results if isinstance(result, BaseException)] == []
    assert versions_of(me.user_id) == [1, 2, 3, 4]
    assert set(news_of(me.user_id)[-1].data["current"]) == set(kinds)


def test_the_same_consent_given_at_once_is_given_once(race: Callable[..., list[Any]]) -> None:
    me = people.customer()

    results = race([(agree, me.user_id, "marketing_email")] * 4)

    assert [result for result in results if isinstance(result, BaseException)] == []
    assert versions_of(me.user_id) == [1]
    assert len(news_of(me.user_id)) == 1


def agree(user_id: str, kind: str) -> bool:
    """Give a consent."""
    return service.change(user_id, kind, ConsentForm(given=True, policy_version="1"), ip="203.0.113.77").allowed
