"""Roles and operations speak of the same permissions, each on its own side of the mall."""

import pytest

from infra.api.endpoints import Route, routes
from mall.auth import ALL
from mall.http import MERCHANT_PATHS, PLATFORM_PATHS
from mall.users.model import BUILT_IN_ROLES, Role, Scope

# Who works here and what a role permits is for administrators to decide, unless they define a role for that.
ADMINISTRATORS_ONLY = {"users.create_staff", "users.update_staff", "users.define_role"}

DEMANDED = {route.operation.access.permission: route for route in routes() if route.operation.access.permission}
GRANTED = frozenset().union(*(role.permissions for role in BUILT_IN_ROLES.values())) - {ALL}


def test_every_permission_of_a_built_in_role_is_demanded_by_an_operation() -> None:
    assert GRANTED - DEMANDED.keys() == set()


def test_every_demanded_permission_is_granted_by_a_role_or_left_to_administrators_on_purpose() -> None:
    assert DEMANDED.keys() - GRANTED == ADMINISTRATORS_ONLY


@pytest.mark.parametrize("route", DEMANDED.values(), ids=DEMANDED)
def test_a_permission_has_the_name_of_the_operation_that_demands_it(route: Route) -> None:
    assert route.operation.access.permission == route.name


@pytest.mark.parametrize("role", BUILT_IN_ROLES.values(), ids=BUILT_IN_ROLES)
def test_a_role_opens_the_operations_of_its_own_side_only(role: Role) -> None:
    paths = {permission: DEMANDED[permission].operation.path for permission in role.permissions - {ALL}}
    side = MERCHANT_PATHS if role.scope is Scope.MERCHANT else PLATFORM_PATHS

    assert {name: path for name, path in paths.items() if not path.startswith(side)} == {}


def test_what_merchants_or_the_platforms_staff_do_always_takes_a_permission() -> None:
    guarded = (MERCHANT_PATHS, PLATFORM_PATHS)

    open_ = [route.name for route in routes() if route.operation.path.startswith(guarded)]

    assert set(open_) == set(DEMANDED)


def test_only_administrators_may_do_everything() -> None:
    assert [role.name for role in BUILT_IN_ROLES.values() if ALL in role.permissions] == ["administrator"]
