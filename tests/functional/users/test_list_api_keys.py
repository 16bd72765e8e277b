"""Showing a merchant's keys."""

from collections.abc import Callable

from mall import ids
from mall.auth import NOBODY
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program
from tests.functional.users.conftest import People

ONE, OTHER = ids.new("mch", slot=1), ids.new("mch", slot=2)


def test_a_merchant_sees_its_own_keys_oldest_first(people: People, invoke: Callable[..., Answer]) -> None:
    one = people.staff(["merchant_owner"], merchant_id=ONE).caller
    other = people.staff(["merchant_owner"], merchant_id=OTHER).caller
    for caller, name in ((one, "first"), (other, "foreign"), (one, "second")):
        body = Program().registration("users.list_merchant_staff", name=name)
        assert invoke("users.add_api_key", caller=caller, body=body).status == 201

    items = invoke("users.list_api_keys", caller=one).body["items"]

    assert [item["name"] for item in items] == ["first", "second"]
    assert set(items[0]) == {"id", "name", "public_key", "permissions", "created_at", "created_by"}


def test_a_merchant_without_keys_has_an_empty_list(people: People, invoke: Callable[..., Answer]) -> None:
    owner = people.staff(["merchant_owner"], merchant_id=ONE).caller

    assert invoke("users.list_api_keys", caller=owner).body == {"items": []}


def test_only_those_allowed_see_keys(people: People, invoke: Callable[..., Answer]) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=ONE).caller

    assert invoke("users.list_api_keys", caller=NOBODY).status == 401
    for caller in (clerk, people.register().caller, people.staff().caller):
        assert invoke("users.list_api_keys", caller=caller).status == 403
