"""Opening accounts for colleagues at one's own merchant."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids, tokens
from mall.auth import NOBODY
from mall.users.model import BUILT_IN_ROLES, Identifier
from mall.users.store import find, load
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program, text
from tests.functional.users.conftest import People, Person

CLERKS = sorted(BUILT_IN_ROLES["merchant_clerk"].permissions)
MERCHANT, OTHER = ids.new("mch", slot=7), ids.new("mch", slot=8)
NEW = {"identifier": "clerk@example.com", "roles": ["merchant_clerk"]}
NEWCOMER = Identifier("email", "clerk@example.com")


@pytest.fixture
def owner(people: People) -> Person:
    """The owner of a merchant."""
    return people.staff(["merchant_owner"], merchant_id=MERCHANT)


def test_a_colleague_belongs_to_the_same_merchant(owner: Person, invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.create_merchant_staff", caller=owner.caller, body=NEW)

    assert (answer.status, answer.body["staff"]["merchant_id"]) == (201, MERCHANT)
    proof = {"identifier": NEW["identifier"], "password": answer.body["one_time_password"]}
    signed_in = invoke("users.sign_in", body=proof).body
    clerk = tokens.verify(signed_in["access_token"])
    assert (clerk.merchant_id, clerk.permissions) == (MERCHANT, frozenset())


def test_the_merchant_is_ones_own_and_cannot_be_chosen(owner: Person, invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.create_merchant_staff", caller=owner.caller, body=NEW | {"merchant_id": OTHER})

    assert (answer.status, answer.code) == (400, "Invalid")
    assert find(NEWCOMER) is None


@pytest.mark.parametrize("roles", [["administrator"], ["operator"], ["merchant_clerk", "ops"]])
def test_a_merchant_gives_nobody_a_role_of_the_platform(
    owner: Person, invoke: Callable[..., Answer], roles: list[str]
) -> None:
    answer = invoke("users.create_merchant_staff", caller=owner.caller, body=NEW | {"roles": roles})

    assert (answer.status, answer.code) == (400, "NoSuchRole")


def test_a_clerk_who_may_open_accounts_makes_nobody_an_owner(people: People, invoke: Callable[..., Answer]) -> None:
    role = {"scope": "merchant", "permissions": ["users.create_merchant_staff", *CLERKS]}
    invoke("users.define_role", caller=people.staff().caller, path={"name": "head_clerk"}, body=role)
    head = people.staff(["head_clerk"], merchant_id=MERCHANT).caller

    answer = invoke("users.create_merchant_staff", caller=head, body=NEW | {"roles": ["merchant_owner"]})

    assert (answer.status, answer.code) == (403, "RoleBeyondOwn")
    assert invoke("users.create_merchant_staff", caller=head, body=NEW).status == 201


def test_who_belongs_to_no_merchant_opens_no_account_here(people: People, invoke: Callable[..., Answer]) -> None:
    # Without a merchant, the account would have been one of the platform.
    role = {"scope": "platform", "permissions": ["users.create_merchant_staff", "users.list_roles"]}
    administrator = people.staff().caller
    invoke("users.define_role", caller=administrator, path={"name": "helper"}, body=role)
    helper = people.staff(["helper"]).caller

    for caller in (administrator, helper):
        answer = invoke("users.create_merchant_staff", caller=caller, body=NEW | {"roles": ["ops"]})
        assert (answer.status, answer.code) == (403, "Forbidden")
    assert find(NEWCOMER) is None


def test_a_program_of_the_merchant_may_open_accounts_within_its_keys_permissions(
    owner: Person, invoke: Callable[..., Answer]
) -> None:
    program = Program()
    allowed = ["users.create_merchant_staff", *CLERKS]
    registered = invoke("users.add_api_key", caller=owner.caller, body=program.registration(*allowed))
    program.key_id = registered.body["id"]

    def create(body: dict[str, Any]) -> Answer:
        sent = text(body)
        headers = program.sign("POST", "/api/merchant/staff", body=sent)
        return invoke("users.create_merchant_staff", body=sent, headers=headers)

    assert create(NEW | {"roles": ["merchant_owner"]}).code == "RoleBeyondOwn"
    answer = create(NEW)
    assert (answer.status, answer.body["staff"]["merchant_id"]) == (201, MERCHANT)


def test_who_was_disabled_a_moment_ago_opens_no_account(
    people: People, owner: Person, invoke: Callable[..., Answer]
) -> None:
    disabled = {"path": {"user_id": owner.id}, "body": {"state": "disabled"}}
    invoke("users.update_staff", caller=people.staff().caller, **disabled)

    assert invoke("users.create_merchant_staff", caller=owner.caller, body=NEW).status == 403
    assert find(NEWCOMER) is None


def test_an_address_that_has_an_account_is_refused(
    people: People, owner: Person, invoke: Callable[..., Answer]
) -> None:
    customer = people.register(NEW["identifier"])

    answer = invoke("users.create_merchant_staff", caller=owner.caller, body=NEW)

    assert (answer.status, answer.code) == (409, "IdentifierTaken")
    assert load(customer.id).merchant_id == ""


def test_only_those_allowed_open_accounts(people: People, invoke: Callable[..., Answer]) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT).caller

    assert invoke("users.create_merchant_staff", caller=NOBODY, body=NEW).status == 401
    for caller in (people.register().caller, clerk):
        assert invoke("users.create_merchant_staff", caller=caller, body=NEW).status == 403
