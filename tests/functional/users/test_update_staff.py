"""Changing staff accounts: other roles, disabling, enabling; never one's own, never beyond one's rights."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids, tokens
from mall.auth import NOBODY
from mall.events.items import OutboxItem
from mall.users import store
from mall.users.model import BUILT_IN_ROLES, Account, ChangedMeanwhile
from mall.users.staff import service
from mall.users.staff.schemas import StaffChange
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People, Person

MERCHANT = ids.new("mch", slot=7)


@pytest.fixture
def manager(people: People, invoke: Callable[..., Answer]) -> Person:
    """Somebody who may change staff accounts, and otherwise what the role `ops` may."""
    role = {"scope": "platform", "permissions": ["users.update_staff", "users.list_roles"]}
    administrator = people.staff().caller
    assert invoke("users.define_role", caller=administrator, path={"name": "manager"}, body=role).status == 200
    return people.staff(["manager"])


@pytest.fixture
def update(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Change somebody's account."""
    return lambda by, whom, **change: invoke(
        "users.update_staff", caller=by.caller, path={"user_id": whom.id}, body=change
    )


def names(person: Person) -> list[str]:
    """The news of somebody, oldest first."""
    return [item.name for item in OutboxItem.query(person.id)]


def test_other_roles_count_from_the_next_sign_in(people: People, update: Callable[..., Answer]) -> None:
    administrator, colleague = people.staff(), people.staff(["ops"])

    answer = update(administrator, colleague, roles=["operator"])

    assert (answer.status, answer.body["roles"]) == (200, ["operator"])
    assert people.sign_in(colleague).caller.permissions == BUILT_IN_ROLES["operator"].permissions
    assert names(colleague) == ["users.StaffCreated", "users.StaffChanged"]


def test_who_is_changed_is_signed_out_everywhere(
    people: People, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    administrator, colleague = people.staff(), people.staff(["operator"])
    here, there = colleague, people.sign_in(colleague)

    update(administrator, colleague, roles=["ops"])

    for device in (here, there):
        assert invoke("users.refresh_session", body={"refresh_token": device.refresh_token}).code == "SessionOver"


def test_who_is_disabled_does_not_get_in_until_enabled_again(
    people: People, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    administrator, colleague = people.staff(), people.staff(["ops"])

    assert update(administrator, colleague, state="disabled").body["state"] == "disabled"
    proof = {"identifier": colleague.identifier, "password": colleague.password}
    assert invoke("users.sign_in", body=proof).code == "WrongCredentials"

    assert update(administrator, colleague, state="active").body["state"] == "active"
    assert people.sign_in(colleague).id == colleague.id


def test_nobody_changes_their_own_rights(people: People, update: Callable[..., Answer], manager: Person) -> None:
    administrator = people.staff()

    for me, change in ((administrator, {"state": "disabled"}), (manager, {"roles": ["manager", "ops"]})):
        answer = update(me, me, **change)
        assert (answer.status, answer.code) == (403, "Forbidden")
        assert store.load(me.id).version == 1  # only the password was changed


@pytest.mark.parametrize("change", [{"state": "disabled"}, {"roles": ["ops"]}, {}])
def test_nobody_touches_an_account_with_more_rights_than_their_own(
    people: People, update: Callable[..., Answer], manager: Person, change: dict[str, Any]
) -> None:
    for mightier in (people.staff(), people.staff(["operator"])):
        answer = update(manager, mightier, **change)

        assert (answer.status, answer.code) == (403, "RoleBeyondOwn")
        assert store.load(mightier.id).version == 1


def test_nobody_grants_what_they_do_not_hold(people: People, update: Callable[..., Answer], manager: Person) -> None:
    colleague = people.staff(["ops"])

    for roles in (["operator"], ["administrator"], ["ops", "operator"]):
        assert update(manager, colleague, roles=roles).code == "RoleBeyondOwn"
    assert update(manager, colleague, roles=["manager"]).status == 200


def test_who_was_disabled_a_moment_ago_changes_nobody(
    people: People, update: Callable[..., Answer], manager: Person
) -> None:
    colleague = people.staff(["ops"])
    update(people.staff(), manager, state="disabled")

    assert (update(manager, colleague, state="disabled").status) == 403
    assert store.load(colleague.id).state.value == "active"


def test_a_role_that_was_redefined_protects_its_holders_with_what_it_permits_now(
    people: People, update: Callable[..., Answer], manager: Person, invoke: Callable[..., Answer]
) -> None:
    administrator = people.staff()
    role = {"scope": "platform", "permissions": ["users.list_roles"]}
    invoke("users.define_role", caller=administrator.caller, path={"name": "clerk"}, body=role)
    clerk = people.staff(["clerk"])
    assert update(manager, clerk, state="active").status == 200

    wider = role | {"permissions": ["users.list_roles", "users.list_staff"]}
    invoke("users.define_role", caller=administrator.caller, path={"name": "clerk"}, body=wider)

    assert update(manager, clerk, state="disabled").code == "RoleBeyondOwn"


def test_roles_stay_in_the_scope_of_the_account(people: People, update: Callable[..., Answer]) -> None:
    administrator = people.staff()
    owner = people.staff(["merchant_owner"], merchant_id=MERCHANT)
    colleague = people.staff(["ops"])

    assert update(administrator, owner, roles=["administrator"]).code == "NoSuchRole"
    assert update(administrator, colleague, roles=["merchant_owner"]).code == "NoSuchRole"
    assert update(administrator, colleague, roles=["nobody_knows"]).code == "NoSuchRole"
    assert update(administrator, owner, roles=["merchant_clerk"]).status == 200


def test_customers_are_no_staff_and_become_none(people: People, update: Callable[..., Answer]) -> None:
    customer = people.register()

    for change in ({"roles": ["ops"]}, {"state": "disabled"}):
        answer = update(people.staff(), customer, **change)
        assert (answer.status, answer.code) == (404, "NoSuchAccount")
    assert not store.load(customer.id).staff


def test_who_does_not_exist_is_not_found(people: People, invoke: Callable[..., Answer]) -> None:
    for user_id in (ids.new("usr", slot=3), "usr_1", "role"):
        answer = invoke(
            "users.update_staff", caller=people.staff().caller, path={"user_id": user_id}, body={"state": "disabled"}
        )
        assert (answer.status, answer.code) == (404, "NoSuchAccount")


@pytest.mark.parametrize(
    "change", [{"state": "closed"}, {"roles": []}, {"merchant_id": MERCHANT}, {"password": "x"}, {"version": "one"}]
)
def test_what_has_no_place_in_a_change_is_refused(
    people: People, update: Callable[..., Answer], change: dict[str, Any]
) -> None:
    assert update(people.staff(), people.staff(["ops"]), **change).status == 400


def test_a_change_of_an_older_version_is_refused(people: People, update: Callable[..., Answer]) -> None:
    administrator, colleague = people.staff(), people.staff(["ops"])
    version = store.load(colleague.id).version
    update(administrator, colleague, roles=["operator"], version=version)

    answer = update(administrator, colleague, state="disabled", version=version)

    assert (answer.status, answer.code) == (409, "ChangedMeanwhile")
    assert store.load(colleague.id).state.value == "active"


def test_a_repetition_changes_nothing_and_is_no_news_but_signs_out_again(
    people: People, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    administrator, colleague = people.staff(), people.staff(["ops"])
    first = update(administrator, colleague, roles=["operator"])
    # As if the first attempt had died before it signed the colleague out.
    left = people.sign_in(colleague)

    again = update(administrator, colleague, roles=["operator"])

    assert again.body == first.body
    assert names(colleague) == ["users.StaffCreated", "users.StaffChanged"]
    assert invoke("users.refresh_session", body={"refresh_token": left.refresh_token}).code == "SessionOver"


def test_two_administrators_never_disable_each_other(
    people: People, update: Callable[..., Answer], at_once: Callable[..., list[Any]]
) -> None:
    one, other = people.staff(), people.staff()

    answers = at_once(lambda: update(one, other, state="disabled"), lambda: update(other, one, state="disabled"))

    assert sorted(answer.status for answer in answers) in ([200, 403], [200, 409])
    assert sorted(store.load(person.id).state.value for person in (one, other)) == ["active", "disabled"]


def test_of_two_changes_at_once_one_is_refused(people: People, at_once: Callable[..., list[Any]]) -> None:
    administrator, colleague = people.staff(), people.staff(["ops"])

    def change(**given: Any) -> Callable[[], Account]:
        return lambda: service.update_staff(administrator.caller, colleague.id, StaffChange(**given))

    results = at_once(change(roles=["operator"]), change(state="disabled"))

    (changed,) = [result for result in results if isinstance(result, Account)]
    assert sum(isinstance(result, ChangedMeanwhile) for result in results) == 1, results
    assert store.load(colleague.id) == changed


def test_only_those_allowed_change_staff(people: People, invoke: Callable[..., Answer]) -> None:
    colleague = people.staff(["ops"])
    request = {"path": {"user_id": colleague.id}, "body": {"state": "disabled"}}
    owner = people.staff(["merchant_owner"], merchant_id=MERCHANT)

    assert invoke("users.update_staff", caller=NOBODY, **request).status == 401
    for caller in (people.register().caller, people.staff(["operator"]).caller, owner.caller):
        assert invoke("users.update_staff", caller=caller, **request).status == 403


def test_a_staff_member_who_has_not_changed_the_one_time_password_may_nothing(
    people: People, invoke: Callable[..., Answer]
) -> None:
    newcomer = people.staff(["administrator"], settled=False) if people.staff() else None
    assert newcomer is not None
    assert tokens.verify(newcomer.access_token).permissions == frozenset()

    assert invoke("users.list_staff", caller=newcomer.caller).status == 403
