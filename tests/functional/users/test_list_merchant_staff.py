"""Showing one's colleagues at the merchant."""

from collections.abc import Callable

from mall import ids
from mall.auth import NOBODY
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People

ONE, OTHER = ids.new("mch", slot=1), ids.new("mch", slot=2)


def test_a_clerk_sees_the_colleagues_and_nobody_elses(people: People, invoke: Callable[..., Answer]) -> None:
    owner = people.staff(["merchant_owner"], merchant_id=ONE, settled=False)
    clerk = people.staff(["merchant_clerk"], merchant_id=ONE)
    people.staff(["merchant_owner"], merchant_id=OTHER, settled=False)

    answer = invoke("users.list_merchant_staff", caller=clerk.caller)

    assert {staff["id"] for staff in answer.body["items"]} == {owner.id, clerk.id}
    assert {staff["merchant_id"] for staff in answer.body["items"]} == {ONE}


def test_another_merchant_cannot_be_asked_for(people: People, invoke: Callable[..., Answer]) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=ONE).caller

    assert invoke("users.list_merchant_staff", caller=clerk, query={"merchant_id": OTHER}).status == 400


def test_a_cursor_of_one_merchant_opens_no_list_of_another(people: People, invoke: Callable[..., Answer]) -> None:
    one = people.staff(["merchant_clerk"], merchant_id=ONE).caller
    people.staff(["merchant_clerk"], merchant_id=ONE, settled=False)
    other = people.staff(["merchant_clerk"], merchant_id=OTHER).caller
    first = invoke("users.list_merchant_staff", caller=one, query={"limit": "1"}).body
    assert len(first["items"]) == 1

    following = invoke("users.list_merchant_staff", caller=one, query={"limit": "1", "after": first["next"]})
    stolen = invoke("users.list_merchant_staff", caller=other, query={"after": first["next"]})

    assert following.body["items"][0]["id"] != first["items"][0]["id"]
    assert (stolen.status, stolen.code) == (400, "Invalid")


def test_who_belongs_to_no_merchant_has_no_colleagues(people: People, invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_merchant_staff", caller=people.staff().caller).status == 403
    assert invoke("users.list_merchant_staff", caller=people.register().caller).status == 403
    assert invoke("users.list_merchant_staff", caller=NOBODY).status == 401
