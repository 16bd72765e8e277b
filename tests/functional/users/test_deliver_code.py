"""Making and sending the one-time codes that were asked for."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mall import config
from mall.aws import client
from mall.users import store
from mall.users.model import State
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People, code_in

PHONE = "+8613800138000"


@pytest.fixture
def ask(invoke: Callable[..., Answer], people: People) -> Callable[..., list[dict[str, Any]]]:
    """Ask for codes and take the requests off the queue."""

    def request(identifier: str, purpose: str = "register", locale: str = "en") -> list[dict[str, Any]]:
        body = {"identifier": identifier, "purpose": purpose, "locale": locale}
        assert invoke("users.send_code", body=body).status == 202
        return people.requests()

    return request


def test_a_code_goes_to_the_address_it_was_asked_for(people: People, ask: Callable[..., Any]) -> None:
    result = people.deliver(ask("lin@example.com"))

    (letter,) = people.inbox("lin@example.com")
    assert result == {"batchItemFailures": []}
    assert code_in(letter)
    assert "5 minutes" in letter


def test_a_code_goes_to_a_phone_as_a_text_message(people: People, ask: Callable[..., Any]) -> None:
    people.deliver(ask(PHONE, locale="zh-CN"))

    (text,) = people.inbox(PHONE)
    assert code_in(text)
    assert "验证码" in text


def test_a_code_is_nowhere_stored_as_it_is(people: People, ask: Callable[..., Any]) -> None:
    people.deliver(ask("lin@example.com"))

    code = code_in(people.inbox("lin@example.com")[0])
    kept = client("dynamodb").scan(TableName=config.table("codes"))["Items"]
    assert any("digest" in item for item in kept)
    assert code not in json.dumps([{name: value for name, value in item.items() if "S" in value} for item in kept])


def test_the_same_message_delivered_twice_sends_one_code(people: People, ask: Callable[..., Any]) -> None:
    messages = ask("lin@example.com")

    people.deliver(messages)
    people.deliver(messages)

    assert len(people.inbox("lin@example.com")) == 1


def test_a_message_delivered_again_after_its_code_was_used_sends_none(
    invoke: Callable[..., Answer], people: People, ask: Callable[..., Any]
) -> None:
    person = people.register()
    with_code = ask("lin@example.com", "bind")
    people.deliver(with_code)
    code = code_in(people.inbox("lin@example.com")[-1])
    bound = invoke(
        "users.bind_identifier",
        caller=person.caller,
        body={"identifier": "lin@example.com", "code": code, "password": person.password},
    )
    assert bound.status == 200
    before = people.inbox("lin@example.com")

    # The address is free again, so that nothing but the message's own repetition holds the code back.
    account = store.load(person.id)
    store.save(replace(account, email="other@example.com"), before=account)
    people.deliver(with_code)

    assert people.inbox("lin@example.com") == before


def test_a_newer_code_takes_the_place_of_the_one_before(
    invoke: Callable[..., Answer], people: People, ask: Callable[..., Any], passing: Callable[..., Any]
) -> None:
    people.deliver(ask("lin@example.com"))
    with passing(seconds=61):
        people.deliver(ask("lin@example.com"))

        older, newer = (code_in(letter) for letter in people.inbox("lin@example.com"))
        answers = [
            invoke("users.register", body={"identifier": "lin@example.com", "code": code, "terms": "2030-01-01"})
            for code in (older, newer)
        ]

    assert older != newer
    assert [answer.status for answer in answers] == [400, 201]


def test_whoever_registers_an_address_with_an_account_is_told_so_at_that_address(
    people: People, ask: Callable[..., Any], passing: Callable[..., Any]
) -> None:
    person = people.register()
    with passing(minutes=2):
        people.deliver(ask(person.identifier))

    letter = people.inbox(person.identifier)[-1]
    assert "has an account" in letter
    assert not any(character.isdigit() for character in letter)


@pytest.mark.parametrize("purpose", ["sign_in", "reset_password", "close_account"])
def test_whoever_signs_in_without_an_account_is_told_so_at_that_address(
    people: People, ask: Callable[..., Any], purpose: str
) -> None:
    people.deliver(ask("nobody@example.com", purpose))

    (letter,) = people.inbox("nobody@example.com")
    assert "no account" in letter


@pytest.mark.parametrize("purpose", ["register", "bind", "sign_in", "reset_password"])
def test_the_address_of_a_disabled_account_gets_no_code(
    people: People, ask: Callable[..., Any], passing: Callable[..., Any], purpose: str
) -> None:
    person = people.register()
    account = store.load(person.id)
    store.save(account.move_to(State.DISABLED), before=account)

    with passing(minutes=2):
        people.deliver(ask(person.identifier, purpose))

    assert not any(character.isdigit() for character in people.inbox(person.identifier)[-1])


def test_what_cannot_be_sent_comes_again_without_the_others(people: People, ask: Callable[..., Any]) -> None:
    messages = [*ask("lin@example.com"), *ask(PHONE)]
    client("ses").delete_identity(Identity=config.get("MALL_MAIL_SENDER"))

    first = people.deliver(messages)

    assert first == {"batchItemFailures": [{"itemIdentifier": messages[0]["messageId"]}]}
    assert len(people.inbox(PHONE)) == 1

    client("ses").verify_email_identity(EmailAddress=config.get("MALL_MAIL_SENDER"))
    again = people.deliver(messages[:1])

    assert again == {"batchItemFailures": []}
    assert len(people.inbox("lin@example.com")) == 1


def test_a_message_that_nobody_understands_stops_no_other(people: People, ask: Callable[..., Any]) -> None:
    good = ask("lin@example.com")
    bad = [good[0] | {"messageId": "bad", "body": body} for body in ("{}", "not json", '{"purpose": "dance"}')]

    result = people.deliver([*bad, *good])

    assert [failure["itemIdentifier"] for failure in result["batchItemFailures"]] == ["bad"] * 3
    assert len(people.inbox("lin@example.com")) == 1
