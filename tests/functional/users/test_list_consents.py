"""Showing what one agreed to."""

from collections.abc import Callable

import pytest

from mall.auth import NOBODY
from mall.users.consents import service
from mall.users.consents.schemas import ConsentForm
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database", "aws")


def say(user_id: str, kind: str, *, given: bool, policy: str = "1") -> None:
    """Give or withdraw a consent."""
    service.change(user_id, kind, ConsentForm(given=given, policy_version=policy), ip="203.0.113.77")


def test_whoever_said_nothing_gets_no_advertising_and_keeps_a_history(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.list_consents", caller=people.customer())

    assert answer.status == 200
    assert {state["kind"]: state["allowed"] for state in answer.body["current"]} == {
        "terms": False,
        "privacy": False,
        "marketing_email": False,
        "marketing_sms": False,
        "personalisation": True,
        "history": True,
    }
    assert (answer.body["items"], answer.body["next"]) == ([], None)


def test_the_latest_word_counts_and_every_word_is_kept(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    for given in (True, False, True):
        say(me.user_id, "marketing_email", given=given)

    answer = invoke("users.list_consents", caller=me)

    (state,) = [state for state in answer.body["current"] if state["kind"] == "marketing_email"]
    assert (state["allowed"], state["last"]["given"], state["required"]) == (True, True, False)
    assert [consent["given"] for consent in answer.body["items"]] == [True, False, True]


def test_pages_of_the_past_follow_one_another(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    for number in range(5):
        say(me.user_id, "terms", given=True, policy=str(number))
    seen: list[str] = []
    query = {"limit": "2"}

    for _ in range(3):
        answer = invoke("users.list_consents", caller=me, query=query)
        seen += [consent["policy_version"] for consent in answer.body["items"]]
        query = {"limit": "2", "after": answer.body["next"] or ""}

    assert seen == ["4", "3", "2", "1", "0"]
    assert answer.body["next"] is None


@pytest.mark.parametrize("after", ["abc", "-1", "1.5", "9" * 30, "１"])
def test_what_is_no_cursor_is_refused(invoke: Callable[..., Answer], after: str) -> None:
    assert invoke("users.list_consents", caller=people.customer(), query={"after": after}).status == 400


def test_nobody_sees_what_another_agreed_to(invoke: Callable[..., Answer]) -> None:
    me, other = people.customer(slot=9), people.customer(slot=9)
    say(other.user_id, "marketing_email", given=True)

    answer = invoke("users.list_consents", caller=me)

    assert answer.body["items"] == []
    assert all(state["last"] is None for state in answer.body["current"])


def test_a_stranger_agreed_to_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_consents", caller=NOBODY).status == 401
