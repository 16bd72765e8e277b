"""Adding or replacing one's e-mail address or phone number."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mall.auth import NOBODY
from mall.users import store
from mall.users.credentials import parse_identifier
from mall.users.identifiers import service as identifiers
from mall.users.model import Device, State
from mall.users.sign_ins import service as sign_ins
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import PASSWORD, People

HERE = Device("test", "198.51.100.7")
PHONE, OTHER = "+8613800138000", "lin@example.org"


@pytest.fixture
def bind(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Bind an address or number with its code."""

    def request(caller: Any, identifier: str, code: str, password: str | None = PASSWORD) -> Answer:
        body = {"identifier": identifier, "code": code} | ({"password": password} if password else {})
        return invoke("users.bind_identifier", caller=caller, body=body)

    return request


def signs_in(invoke: Callable[..., Answer], identifier: str) -> bool:
    return invoke("users.sign_in", body={"identifier": identifier, "password": PASSWORD}).status == 201


def test_a_number_joins_the_address_and_both_lead_to_the_account(
    invoke: Callable[..., Answer], people: People, bind: Callable[..., Answer]
) -> None:
    person = people.register()

    answer = bind(person.caller, "138 0013 8000", people.code(PHONE, "bind"))

    assert (answer.status, answer.body["email"], answer.body["phone"]) == (200, person.identifier, PHONE)
    assert signs_in(invoke, PHONE)
    assert signs_in(invoke, person.identifier)


def test_a_new_address_takes_the_place_of_the_old_one_which_is_free_and_told(
    invoke: Callable[..., Answer], people: People, bind: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()

    answer = bind(person.caller, OTHER, people.code(OTHER, "bind"))

    assert answer.body["email"] == OTHER
    assert (signs_in(invoke, OTHER), signs_in(invoke, person.identifier)) == (True, False)
    assert "已改用新的邮箱" in people.inbox(person.identifier)[-1]
    assert OTHER not in people.inbox(person.identifier)[-1]
    with passing(minutes=2):
        assert people.register(person.identifier).id != person.id


def test_where_there_is_a_password_it_is_asked_for(people: People, bind: Callable[..., Answer]) -> None:
    person = people.register()
    code = people.code(PHONE, "bind")

    without, wrong = bind(person.caller, PHONE, code, None), bind(person.caller, PHONE, code, "wrong")
    right = bind(person.caller, PHONE, code)

    assert [(answer.status, answer.code) for answer in (without, wrong)] == [(401, "WrongCredentials")] * 2
    assert right.status == 200


def test_where_there_is_no_password_a_code_to_the_present_address_is_asked_for(
    invoke: Callable[..., Answer], people: People
) -> None:
    person = people.register(password=None)
    body = {"identifier": PHONE, "code": people.code(PHONE, "bind")}

    without = invoke("users.bind_identifier", caller=person.caller, body=body)
    present = people.code(person.identifier, "sign_in")
    wrong = invoke("users.bind_identifier", caller=person.caller, body=body | {"present_code": "000000"})
    right = invoke("users.bind_identifier", caller=person.caller, body=body | {"present_code": present})

    assert [(answer.status, answer.code) for answer in (without, wrong)] == [(400, "WrongCode")] * 2
    assert (right.status, right.body["phone"]) == (200, PHONE)


def test_guessing_the_password_here_shuts_the_door(people: People, bind: Callable[..., Answer]) -> None:
    person = people.register()

    statuses = [bind(person.caller, PHONE, "123456", "wrong").status for _ in range(6)]

    assert statuses == [401] * 5 + [429]


def test_a_wrong_code_or_one_for_something_else_binds_nothing(
    people: People, bind: Callable[..., Answer], passing: Callable[..., Any]
) -> None:
    person = people.register()
    to_register = people.code(PHONE, "register")
    with passing(minutes=2):
        to_another = people.code("+8613800138001", "bind")
        answers = [bind(person.caller, PHONE, code) for code in (to_register, to_another)]

    assert [(answer.status, answer.code) for answer in answers] == [(400, "WrongCode")] * 2
    assert store.load(person.id).phone == ""


def test_an_address_of_another_account_gets_no_code_to_bind_it(
    people: People, bind: Callable[..., Answer], passing: Callable[..., Any], invoke: Callable[..., Answer]
) -> None:
    person, other = people.register(), people.register()
    with passing(minutes=2):
        invoke("users.send_code", body={"identifier": other.identifier, "purpose": "bind", "locale": "en"})
        people.deliver()

        answer = bind(person.caller, other.identifier, "123456")

    assert "has an account" in people.inbox(other.identifier)[-1]
    assert (answer.status, answer.code) == (400, "WrongCode")


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_an_address_is_bound_to_one_account_even_if_a_code_is_used_while_it_is_taken(
    people: People, at_once: Callable[..., list[Any]], seed: int | None, passing: Callable[..., Any]
) -> None:
    person = people.register(password=None)
    to_bind, present = people.code(OTHER, "bind"), people.code(person.identifier, "sign_in")
    with passing(minutes=2):
        to_register = people.code(OTHER, "register")

        bound, registered = at_once(
            lambda: identifiers.bind_identifier(person.caller, OTHER, code=to_bind, present_code=present),
            lambda: sign_ins.register(
                OTHER, code=to_register, password=None, locale="en", terms="2030-01-01", device=HERE
            ),
            seed=seed,
        )

    winners = [result for result in (bound, registered) if not isinstance(result, Exception)]
    found = store.find(parse_identifier(OTHER))
    assert len(winners) == 1
    assert found is not None
    assert (found.id == person.id) == (winners[0] is bound)


def test_a_code_binds_once(people: People, bind: Callable[..., Answer]) -> None:
    person, other = people.register(), people.register()
    code = people.code(PHONE, "bind")

    assert [bind(one.caller, PHONE, code).status for one in (person, other)] == [200, 400]


def test_the_other_devices_stay_signed_in(
    invoke: Callable[..., Answer], people: People, bind: Callable[..., Answer]
) -> None:
    person = people.register()

    bind(person.caller, PHONE, people.code(PHONE, "bind"))

    assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).status == 200


def test_what_is_no_address_is_refused(people: People, bind: Callable[..., Answer]) -> None:
    answer = bind(people.register().caller, "nobody", "123456")

    assert (answer.status, answer.code) == (400, "NotAnIdentifier")


@pytest.mark.parametrize("state", [State.DISABLED, State.CLOSED])
def test_an_account_that_is_not_active_gets_no_new_address(
    people: People, bind: Callable[..., Answer], state: State
) -> None:
    person = people.register()
    code = people.code(PHONE, "bind")
    account = store.load(person.id)
    store.save(replace(account, state=state), before=account)

    answer = bind(person.caller, PHONE, code)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert store.load(person.id).phone == ""


def test_nobody_binds_nothing(bind: Callable[..., Answer]) -> None:
    assert bind(NOBODY, PHONE, "123456").status == 401
