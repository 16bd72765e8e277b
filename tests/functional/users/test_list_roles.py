"""Showing what roles there are."""

from collections.abc import Callable

from mall.auth import NOBODY
from mall.users.model import BUILT_IN_ROLES
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_every_role_is_listed_with_what_it_permits(people: People, invoke: Callable[..., Answer]) -> None:
    administrator = people.staff().caller
    role = {"scope": "merchant", "permissions": ["users.list_merchant_staff", "orders.ship_order"]}
    invoke("users.define_role", caller=administrator, path={"name": "packer"}, body=role)

    items = {item["name"]: item for item in invoke("users.list_roles", caller=administrator).body["items"]}

    assert set(items) == {*BUILT_IN_ROLES, "packer"}
    assert items["administrator"] == {
        "name": "administrator",
        "scope": "platform",
        "permissions": ["*"],
        "built_in": True,
    }
    assert items["packer"] == {
        "name": "packer",
        "scope": "merchant",
        "permissions": ["orders.ship_order", "users.list_merchant_staff"],
        "built_in": False,
    }


def test_the_platforms_staff_may_see_them_and_nobody_else(people: People, invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_roles", caller=people.staff(["ops"]).caller).status == 200
    assert invoke("users.list_roles", caller=people.register().caller).status == 403
    assert invoke("users.list_roles", caller=NOBODY).status == 401
