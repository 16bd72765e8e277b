"""Opening staff accounts: only by those allowed, and never with more rights than their own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mall import ids, tokens
from mall.auth import NOBODY
from mall.events.items import OutboxItem
from mall.users.model import Account, Identifier, IdentifierTaken
from mall.users.staff import service
from mall.users.store import find
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People, Person

MERCHANT = ids.new("mch", slot=7)
NEW = {"identifier": "new@example.com", "roles": ["ops"]}


@pytest.fixture
def recruiter(people: People, invoke: Callable[..., Answer]) -> Person:
    """Somebody who may open accounts, and otherwise no more than list roles."""
    role = {"scope": "platform", "permissions": ["users.create_staff", "users.list_roles"]}
    administrator = people.staff().caller
    assert invoke("users.define_role", caller=administrator, path={"name": "recruiter"}, body=role).status == 200
    return people.staff(["recruiter"])


def test_a_new_colleague_signs_in_with_the_one_time_password_and_may_nothing_until_it_is_changed(
    people: People, invoke: Callable[..., Answer]
) -> None:
    answer = invoke("users.create_staff", caller=people.staff().caller, body=NEW | {"nickname": "小明"})

    assert answer.status == 201
    staff = answer.body["staff"]
    assert (staff["nickname"], staff["roles"], staff["state"]) == ("小明", ["ops"], "active")
    assert (staff["email"], staff["merchant_id"]) == ("new@example.com", None)
    signed_in = invoke(
        "users.sign_in", body={"identifier": NEW["identifier"], "password": answer.body["one_time_password"]}
    ).body
    assert signed_in["must_change_password"]
    assert tokens.verify(signed_in["access_token"]).permissions == frozenset()


def test_the_password_is_told_once_and_kept_as_a_hash_only(people: People, invoke: Callable[..., Answer]) -> None:
    administrator = people.staff().caller

    given = invoke("users.create_staff", caller=administrator, body=NEW).body["one_time_password"]

    account = find(Identifier("email", "new@example.com"))
    assert account is not None and account.password_hash.startswith("$argon2id$")
    assert given not in str(account)
    assert given not in str(invoke("users.list_staff", caller=administrator).body)


def test_staff_of_a_merchant_carry_its_id_in_their_tokens(people: People) -> None:
    owner = people.staff(["merchant_owner"], merchant_id=MERCHANT)

    assert owner.caller.merchant_id == MERCHANT
    assert "users.add_api_key" in owner.caller.permissions
    assert "users.create_staff" not in owner.caller.permissions


def test_the_news_says_who_was_given_what_by_whom_and_no_address(people: People, invoke: Callable[..., Answer]) -> None:
    administrator = people.staff().caller

    staff = invoke("users.create_staff", caller=administrator, body=NEW).body["staff"]

    (news,) = OutboxItem.query(staff["id"])
    assert news.name == "users.StaffCreated"
    assert administrator.user_id in news.detail
    assert "new@example.com" not in news.detail


@pytest.mark.parametrize("roles", [["operator"], ["ops"], ["merchant_owner"], ["merchant_clerk"]])
def test_no_other_built_in_role_opens_staff_accounts(
    people: People, invoke: Callable[..., Answer], roles: list[str]
) -> None:
    caller = people.staff(roles, merchant_id=MERCHANT if roles[0].startswith("merchant") else None).caller

    answer = invoke("users.create_staff", caller=caller, body=NEW)

    assert (answer.status, answer.code) == (403, "Forbidden")
    assert find(Identifier("email", "new@example.com")) is None


def test_customers_and_strangers_open_no_staff_accounts(people: People, invoke: Callable[..., Answer]) -> None:
    assert invoke("users.create_staff", caller=people.register().caller, body=NEW).status == 403
    assert invoke("users.create_staff", caller=NOBODY, body=NEW).status == 401


@pytest.mark.parametrize("roles", [["administrator"], ["operator"], ["ops", "administrator"]])
def test_nobody_grants_more_than_they_hold(recruiter: Person, invoke: Callable[..., Answer], roles: list[str]) -> None:
    answer = invoke("users.create_staff", caller=recruiter.caller, body=NEW | {"roles": roles})

    assert (answer.status, answer.code) == (403, "RoleBeyondOwn")
    assert find(Identifier("email", "new@example.com")) is None


def test_nobody_grants_a_merchant_what_they_do_not_hold(recruiter: Person, invoke: Callable[..., Answer]) -> None:
    body = NEW | {"roles": ["merchant_owner"], "merchant_id": MERCHANT}

    assert invoke("users.create_staff", caller=recruiter.caller, body=body).code == "RoleBeyondOwn"


def test_who_holds_a_permission_may_grant_it(recruiter: Person, invoke: Callable[..., Answer]) -> None:
    assert invoke("users.create_staff", caller=recruiter.caller, body=NEW).status == 201
    again = {"identifier": "next@example.com", "roles": ["recruiter"]}
    assert invoke("users.create_staff", caller=recruiter.caller, body=again).status == 201


def test_a_token_that_claims_more_than_its_owner_holds_grants_nothing(
    recruiter: Person, invoke: Callable[..., Answer]
) -> None:
    # A token is up to 15 minutes older than the change that took these permissions away.
    before = replace(recruiter.caller, permissions=frozenset({"*"}))

    assert invoke("users.create_staff", caller=before, body=NEW | {"roles": ["operator"]}).code == "RoleBeyondOwn"


def test_who_was_disabled_a_moment_ago_opens_no_account(
    people: People, recruiter: Person, invoke: Callable[..., Answer]
) -> None:
    disabled = {"state": "disabled"}
    invoke("users.update_staff", caller=people.staff().caller, path={"user_id": recruiter.id}, body=disabled)

    answer = invoke("users.create_staff", caller=recruiter.caller, body=NEW)

    assert (answer.status, answer.code) == (403, "Forbidden")


@pytest.mark.parametrize(
    "change",
    [
        {"roles": ["nobody_knows"]},
        {"roles": ["merchant_owner"]},
        {"roles": ["operator"], "merchant_id": MERCHANT},
        {"roles": ["merchant_owner", "operator"], "merchant_id": MERCHANT},
    ],
)
def test_a_role_must_exist_and_be_of_the_right_scope(
    people: People, invoke: Callable[..., Answer], change: dict[str, Any]
) -> None:
    answer = invoke("users.create_staff", caller=people.staff().caller, body=NEW | change)

    assert (answer.status, answer.code) == (400, "NoSuchRole")


@pytest.mark.parametrize(
    "change",
    [
        {"roles": []},
        {"roles": ["*"]},
        {"merchant_id": "mch_1"},
        {"merchant_id": ""},
        {"permissions": ["*"]},
        {"state": "active"},
        {"nickname": "x" * 41},
    ],
)
def test_what_has_no_place_in_a_staff_account_is_refused(
    people: People, invoke: Callable[..., Answer], change: dict[str, Any]
) -> None:
    answer = invoke("users.create_staff", caller=people.staff().caller, body=NEW | change)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_an_address_that_has_an_account_is_refused_and_the_account_stays(
    people: People, invoke: Callable[..., Answer]
) -> None:
    customer = people.register("new@example.com")

    answer = invoke("users.create_staff", caller=people.staff().caller, body=NEW)

    assert (answer.status, answer.code) == (409, "IdentifierTaken")
    found = find(Identifier("email", "new@example.com"))
    assert found is not None and (found.id, found.staff) == (customer.id, False)


def test_of_two_accounts_for_one_address_at_once_one_is_opened(
    people: People, at_once: Callable[..., list[Any]]
) -> None:
    administrator = people.staff().caller

    def create() -> Account:
        return service.create_staff(administrator, "new@example.com", nickname="", roles=["ops"], merchant_id=None)[0]

    results = at_once(create, create)

    (opened,) = [result for result in results if isinstance(result, Account)]
    assert sum(isinstance(result, IdentifierTaken) for result in results) == 1
    found = find(Identifier("email", "new@example.com"))
    assert found is not None and found.id == opened.id
