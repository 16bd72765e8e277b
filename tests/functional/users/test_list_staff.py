"""Showing who works for the platform, or for a merchant."""

import base64
import json
from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People

ONE, OTHER = ids.new("mch", slot=1), ids.new("mch", slot=2)


def test_the_platforms_staff_are_listed_without_customers_or_merchants(
    people: People, invoke: Callable[..., Answer]
) -> None:
    administrator, operator = people.staff(), people.staff(["operator"])
    people.staff(["merchant_owner"], merchant_id=ONE)
    people.register()

    answer = invoke("users.list_staff", caller=operator.caller)

    assert {staff["id"] for staff in answer.body["items"]} == {administrator.id, operator.id}
    assert answer.body["next"] is None


def test_a_merchants_staff_are_listed_by_its_id(people: People, invoke: Callable[..., Answer]) -> None:
    owner = people.staff(["merchant_owner"], merchant_id=ONE)
    people.staff(["merchant_owner"], merchant_id=OTHER)

    answer = invoke("users.list_staff", caller=people.staff().caller, query={"merchant_id": ONE})

    assert [(staff["id"], staff["merchant_id"]) for staff in answer.body["items"]] == [(owner.id, ONE)]


def test_what_is_told_of_a_colleague_holds_no_proof_of_who_they_are(
    people: People, invoke: Callable[..., Answer]
) -> None:
    administrator = people.staff()

    (staff,) = invoke("users.list_staff", caller=administrator.caller).body["items"]

    assert set(staff) == {"id", "nickname", "email", "phone", "roles", "merchant_id", "state", "version"}


def test_pages_follow_each_other_without_gap_or_repetition(people: People, invoke: Callable[..., Answer]) -> None:
    administrator = people.staff()
    everybody = {administrator.id} | {people.staff(["ops"], settled=False).id for _ in range(4)}

    found: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = invoke("users.list_staff", caller=administrator.caller, query=query).body
        found += [staff["id"] for staff in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]

    assert len(found) == len(set(found))
    assert set(found) == everybody


def test_a_cursor_leads_into_no_other_list(people: People, invoke: Callable[..., Answer]) -> None:
    administrator = people.staff()
    key = {"works_for": {"S": ONE}, "pk": {"S": "usr_0"}, "sk": {"S": "account"}}
    forged = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()

    for cursor in (forged, "%%%", "bm9uZQ"):
        answer = invoke("users.list_staff", caller=administrator.caller, query={"after": cursor})
        assert (answer.status, answer.code) == (400, "Invalid"), cursor


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"merchant_id": "platform"}, {"role": "ops"}])
def test_a_list_that_is_not_asked_for_properly_is_refused(
    people: People, invoke: Callable[..., Answer], query: dict[str, str]
) -> None:
    assert invoke("users.list_staff", caller=people.staff().caller, query=query).status == 400


def test_only_those_allowed_see_who_works_here(people: People, invoke: Callable[..., Answer]) -> None:
    owner = people.staff(["merchant_owner"], merchant_id=ONE)

    assert invoke("users.list_staff", caller=NOBODY).status == 401
    for caller in (people.register().caller, people.staff(["ops"]).caller, owner.caller):
        assert invoke("users.list_staff", caller=caller).status == 403
    assert invoke("users.list_staff", caller=owner.caller, query={"merchant_id": ONE}).status == 403
