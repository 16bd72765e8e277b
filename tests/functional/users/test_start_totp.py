"""Setting up an authenticator app."""

from collections.abc import Callable

import pyotp
import pytest

from mall.auth import NOBODY
from mall.aws import client
from mall.users import store
from mall.users.totp import store as totp
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_the_secret_comes_with_what_a_qr_code_says(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    answer = invoke("users.start_totp", caller=person.caller)

    read = pyotp.parse_uri(answer.body["uri"])
    assert answer.status == 201
    assert (read.secret, read.name) == (answer.body["secret"], person.identifier)


def test_nothing_is_asked_of_the_app_before_it_is_confirmed(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    invoke("users.start_totp", caller=person.caller)

    assert people.sign_in(person).id == person.id
    assert invoke("users.get_profile", caller=person.caller).body["has_totp"] is False


def test_the_secret_is_stored_encrypted_and_for_its_owner_only(invoke: Callable[..., Answer], people: People) -> None:
    person, other = people.register(), people.register()

    secret = invoke("users.start_totp", caller=person.caller).body["secret"]

    kept = store.load(person.id).totp
    assert kept is not None
    assert secret not in kept.secret
    assert totp.decrypt(person.id, kept.secret) == secret
    with pytest.raises(client("kms").exceptions.InvalidCiphertextException):
        totp.decrypt(other.id, kept.secret)


def test_starting_anew_replaces_the_secret(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    first, second = (invoke("users.start_totp", caller=person.caller).body["secret"] for _ in range(2))
    old = invoke("users.confirm_totp", caller=person.caller, body={"code": pyotp.TOTP(first).now()})
    new = invoke("users.confirm_totp", caller=person.caller, body={"code": pyotp.TOTP(second).now()})

    assert (old.status, new.status) == (400, 200)


def test_an_app_in_force_is_not_replaced_by_whoever_is_signed_in(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    people.protect(person)

    answer = invoke("users.start_totp", caller=person.caller)

    assert (answer.status, answer.code) == (409, "TotpState")


def test_nobody_has_no_app(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.start_totp", caller=NOBODY).status == 401
