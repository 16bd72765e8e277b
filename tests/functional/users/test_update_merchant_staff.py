"""Changing colleagues' accounts at one's own merchant."""

from collections.abc import Callable

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from mall.users.model import BUILT_IN_ROLES
from mall.users.store import load
from tests.fixtures.gateway import Answer
from tests.fixtures.programs import Program, text
from tests.functional.users.conftest import People, Person

CLERKS = sorted(BUILT_IN_ROLES["merchant_clerk"].permissions)
MERCHANT, OTHER = ids.new("mch", slot=7), ids.new("mch", slot=8)


@pytest.fixture
def owner(people: People) -> Person:
    """The owner of a merchant."""
    return people.staff(["merchant_owner"], merchant_id=MERCHANT)


@pytest.fixture
def update(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Change somebody's account."""

    def call(by: Caller, whom: Person, **change: object) -> Answer:
        return invoke("users.update_merchant_staff", caller=by, path={"user_id": whom.id}, body=change)

    return call


def test_a_colleague_gets_other_roles_and_is_signed_out(
    people: People, owner: Person, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT)

    answer = update(owner.caller, clerk, roles=["merchant_owner"])

    assert (answer.status, answer.body["roles"]) == (200, ["merchant_owner"])
    assert invoke("users.refresh_session", body={"refresh_token": clerk.refresh_token}).code == "SessionOver"


def test_a_colleague_is_disabled_and_enabled(
    people: People, owner: Person, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT)
    proof = {"identifier": clerk.identifier, "password": clerk.password}

    update(owner.caller, clerk, state="disabled")
    assert invoke("users.sign_in", body=proof).status == 401

    update(owner.caller, clerk, state="active")
    assert people.sign_in(clerk).caller.merchant_id == MERCHANT


def test_others_are_not_found(people: People, owner: Person, update: Callable[..., Answer]) -> None:
    others = [
        people.staff(["merchant_clerk"], merchant_id=OTHER, settled=False),
        people.staff(["ops"], settled=False),
        people.staff(),
        people.register(),
    ]

    for other in others:
        before = load(other.id)
        answer = update(owner.caller, other, state="disabled")
        assert (answer.status, answer.code) == (404, "NoSuchAccount")
        assert load(other.id) == before


def test_who_belongs_to_no_merchant_changes_nobody_here(
    people: People, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    # Without a merchant, the platform's own staff would have been in reach.
    role = {"scope": "platform", "permissions": ["users.update_merchant_staff", "users.list_roles"]}
    invoke("users.define_role", caller=people.staff().caller, path={"name": "helper"}, body=role)
    helper, colleague = people.staff(["helper"]), people.staff(["ops"], settled=False)

    assert update(helper.caller, colleague, state="disabled").status == 403
    assert load(colleague.id).state.value == "active"


def test_nobody_changes_their_own_rights(owner: Person, update: Callable[..., Answer]) -> None:
    assert update(owner.caller, owner, roles=["merchant_clerk"]).code == "Forbidden"


def test_no_role_of_the_platform_is_given(people: People, owner: Person, update: Callable[..., Answer]) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT, settled=False)

    assert update(owner.caller, clerk, roles=["operator"]).code == "NoSuchRole"


def test_who_holds_more_is_out_of_reach(
    people: People, owner: Person, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    role = {"scope": "merchant", "permissions": ["users.update_merchant_staff", *CLERKS]}
    invoke("users.define_role", caller=people.staff().caller, path={"name": "head_clerk"}, body=role)
    head = people.staff(["head_clerk"], merchant_id=MERCHANT).caller
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT, settled=False)

    assert update(head, owner, state="disabled").code == "RoleBeyondOwn"
    assert update(head, owner, roles=["merchant_clerk"]).code == "RoleBeyondOwn"
    assert update(head, clerk, roles=["merchant_owner"]).code == "RoleBeyondOwn"
    assert update(head, clerk, roles=["head_clerk"]).status == 200


def test_an_older_version_is_refused(people: People, owner: Person, update: Callable[..., Answer]) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT)

    answer = update(owner.caller, clerk, state="disabled", version=load(clerk.id).version - 1)

    assert (answer.status, answer.code) == (409, "ChangedMeanwhile")


def test_a_program_does_not_reach_beyond_its_key(people: People, owner: Person, invoke: Callable[..., Answer]) -> None:
    program = Program()
    allowed = ["users.update_merchant_staff", *CLERKS]
    registered = invoke("users.add_api_key", caller=owner.caller, body=program.registration(*allowed))
    program.key_id = registered.body["id"]
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT, settled=False)
    foreign = people.staff(["merchant_clerk"], merchant_id=OTHER, settled=False)

    def disable(whom: Person) -> Answer:
        sent = text({"state": "disabled"})
        headers = program.sign("PATCH", f"/api/merchant/staff/{whom.id}", body=sent)
        return invoke("users.update_merchant_staff", path={"user_id": whom.id}, body=sent, headers=headers)

    assert disable(owner).code == "RoleBeyondOwn"
    assert disable(foreign).code == "NoSuchAccount"
    assert disable(clerk).body["state"] == "disabled"


def test_only_those_allowed_change_colleagues(
    people: People, owner: Person, update: Callable[..., Answer], invoke: Callable[..., Answer]
) -> None:
    clerk = people.staff(["merchant_clerk"], merchant_id=MERCHANT)

    assert update(NOBODY, clerk, state="disabled").status == 401
    assert update(clerk.caller, owner, state="disabled").status == 403
    assert update(people.register().caller, clerk, state="disabled").status == 403
