"""Defining roles: what a role permits, its definer holds; built-in roles, scopes and others' roles stay as they are."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids, tokens
from mall.auth import NOBODY, Caller
from mall.users.model import BUILT_IN_ROLES, ChangedMeanwhile, Role, Scope
from mall.users.roles import service
from mall.users.roles import store as roles
from mall.users.roles.schemas import RoleDefinition
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People

MERCHANT = ids.new("mch", slot=7)
READER = {"scope": "platform", "permissions": ["users.list_roles"]}


@pytest.fixture
def define(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Define a role."""
    return lambda by, name, body: invoke("users.define_role", caller=by, path={"name": name}, body=body)


@pytest.fixture
def definer(people: People, define: Callable[..., Answer]) -> Caller:
    """Somebody who may define roles, and otherwise list them."""
    role = {"scope": "platform", "permissions": ["users.define_role", "users.list_roles"]}
    assert define(people.staff().caller, "definer", role).status == 200
    return people.staff(["definer"]).caller


def role(name: str) -> Role | None:
    """The role as it is now."""
    return next(iter(roles.roles([name])), None)


def test_a_new_role_gives_its_holders_what_it_permits(people: People, define: Callable[..., Answer]) -> None:
    body = {"scope": "platform", "permissions": ["users.list_staff", "catalog.review_product", "users.list_staff"]}

    answer = define(people.staff().caller, "reviewer", body)

    assert answer.status == 200
    assert answer.body["permissions"] == ["catalog.review_product", "users.list_staff"]
    assert people.staff(["reviewer"]).caller.permissions == {"catalog.review_product", "users.list_staff"}


def test_a_role_that_is_defined_anew_counts_when_tokens_are_renewed(
    people: People, define: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    administrator = people.staff().caller
    define(administrator, "reader", READER)
    reader = people.staff(["reader"])

    define(administrator, "reader", READER | {"permissions": ["users.list_staff"]})

    renewed = invoke("users.refresh_session", body={"refresh_token": reader.refresh_token}).body
    assert tokens.verify(renewed["access_token"]).permissions == {"users.list_staff"}


def test_a_repetition_changes_nothing(people: People, define: Callable[..., Answer]) -> None:
    administrator = people.staff().caller

    first, again = define(administrator, "reader", READER), define(administrator, "reader", READER)

    assert (again.status, again.body) == (first.status, first.body)


@pytest.mark.parametrize("name", sorted(BUILT_IN_ROLES))
def test_no_built_in_role_is_redefined(people: People, define: Callable[..., Answer], name: str) -> None:
    answer = define(people.staff().caller, name, READER)

    assert (answer.status, answer.code) == (409, "BuiltInRole")
    assert role(name) == BUILT_IN_ROLES[name]


@pytest.mark.parametrize("permissions", [["*"], ["users.list_staff"], ["users.list_roles", "users.create_staff"]])
def test_nobody_defines_a_role_beyond_their_own(
    define: Callable[..., Answer], definer: Caller, permissions: list[str]
) -> None:
    answer = define(definer, "helper", READER | {"permissions": permissions})

    assert (answer.status, answer.code) == (403, "RoleBeyondOwn")
    assert role("helper") is None


def test_nobody_widens_or_weakens_a_role_that_permits_more_than_they_hold(
    people: People, define: Callable[..., Answer], definer: Caller
) -> None:
    lister = READER | {"permissions": ["users.list_staff"]}
    define(people.staff().caller, "lister", lister)

    for permissions in (["users.list_roles"], ["users.list_staff"], ["users.list_staff", "users.list_roles"]):
        assert define(definer, "lister", READER | {"permissions": permissions}).code == "RoleBeyondOwn"
    assert role("lister") == Role("lister", Scope.PLATFORM, frozenset({"users.list_staff"}))


def test_nobody_widens_the_role_that_they_have_themselves(define: Callable[..., Answer], definer: Caller) -> None:
    wider = {"scope": "platform", "permissions": ["users.define_role", "users.list_roles", "users.update_staff"]}

    assert define(definer, "definer", wider).code == "RoleBeyondOwn"


def test_a_merchants_role_never_permits_everything(people: People, define: Callable[..., Answer]) -> None:
    answer = define(people.staff().caller, "owner_of_all", {"scope": "merchant", "permissions": ["*"]})

    assert (answer.status, answer.code) == (400, "NotForMerchants")


def test_a_merchants_role_opens_none_of_the_platforms_doors(
    people: People, define: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    platforms = ["users.create_staff", "users.list_staff", "users.define_role", "users.list_roles"]
    define(people.staff().caller, "careless", {"scope": "merchant", "permissions": platforms})
    careless = people.staff(["careless"], merchant_id=MERCHANT).caller
    assert careless.permissions == set(platforms)

    new = {"identifier": "new@example.com", "roles": ["careless"]}
    assert invoke("users.create_staff", caller=careless, body=new).status == 403
    assert invoke("users.list_staff", caller=careless).status == 403
    assert invoke("users.list_roles", caller=careless).status == 403
    assert define(careless, "mine", READER).status == 403


def test_a_role_keeps_its_scope(people: People, define: Callable[..., Answer]) -> None:
    administrator = people.staff().caller
    define(administrator, "reader", READER)

    answer = define(administrator, "reader", READER | {"scope": "merchant"})

    assert (answer.status, answer.code) == (409, "RoleScopeStays")
    assert role("reader") == Role("reader", Scope.PLATFORM, frozenset({"users.list_roles"}))


@pytest.mark.parametrize("name", ["x", "xy", "_reader", "reader_", "Reader", "re-ader", "r" * 41, "role#x", "1st"])
def test_a_name_is_made_of_small_letters_and_underscores(
    people: People, define: Callable[..., Answer], name: str
) -> None:
    assert (define(people.staff().caller, name, READER).status) == 400
    assert role(name) is None


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": []},
        {"permissions": ["users"]},
        {"permissions": ["users.*"]},
        {"permissions": ["users.list staff"]},
        {"scope": "world"},
        {"built_in": True},
    ],
)
def test_what_has_no_place_in_a_role_is_refused(
    people: People, define: Callable[..., Answer], change: dict[str, Any]
) -> None:
    answer = define(people.staff().caller, "reader", READER | change)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_of_two_definitions_at_once_one_is_refused(people: People, at_once: Callable[..., list[Any]]) -> None:
    administrator = people.staff().caller

    def define(permission: str) -> Callable[[], Role]:
        definition = RoleDefinition(scope=Scope.PLATFORM, permissions=[permission])
        return lambda: service.define_role(administrator, "reader", definition)

    for _ in ("the first time", "anew"):
        results = at_once(define("users.list_roles"), define("users.list_staff"))

        (defined,) = [result for result in results if isinstance(result, Role)]
        assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 1, results
        assert role("reader") == defined
        service.define_role(administrator, "reader", RoleDefinition(**READER | {"permissions": ["a.b_c"]}))


def test_only_those_allowed_define_roles(people: People, define: Callable[..., Answer]) -> None:
    assert define(NOBODY, "reader", READER).status == 401
    for caller in (people.register().caller, people.staff(["operator"]).caller):
        assert define(caller, "reader", READER).status == 403
    assert role("reader") is None


def test_who_was_disabled_a_moment_ago_defines_nothing(
    people: People, define: Callable[..., Answer], definer: Caller, invoke: Callable[..., Answer]
) -> None:
    path, body = {"user_id": definer.user_id}, {"state": "disabled"}
    invoke("users.update_staff", caller=people.staff().caller, path=path, body=body)

    assert define(definer, "reader", READER).status == 403
    assert role("reader") is None
