"""Asking for a one-time code."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mall import clock
from mall.users.model import Purpose
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People

MIDNIGHT = datetime(2030, 1, 1, tzinfo=UTC)


def ask(
    invoke: Callable[..., Answer], identifier: str = "lin@example.com", purpose: str = "register", **more: str
) -> Answer:
    return invoke("users.send_code", body={"identifier": identifier, "purpose": purpose}, **more)


def test_a_request_is_queued_with_the_normal_form_of_the_address(invoke: Callable[..., Answer], people: People) -> None:
    answer = invoke("users.send_code", body={"identifier": " Lin@Example.COM", "purpose": "register", "locale": "en"})

    assert (answer.status, answer.body) == (202, {"expires_in": 300, "retry_after": 60})
    assert [json.loads(record["body"]) for record in people.requests()] == [
        {"purpose": "register", "kind": "email", "value": "lin@example.com", "locale": "en"}
    ]


@pytest.mark.parametrize("purpose", list(Purpose))
def test_known_and_unknown_addresses_get_the_same_answer(
    invoke: Callable[..., Answer], people: People, purpose: Purpose
) -> None:
    with clock.at(MIDNIGHT):
        person = people.register()

    with clock.at(MIDNIGHT + timedelta(minutes=5)):
        known, unknown = ask(invoke, person.identifier, purpose), ask(invoke, "nobody@example.com", purpose)
        known_again, unknown_again = ask(invoke, person.identifier, purpose), ask(invoke, "nobody@example.com", purpose)

    assert known == unknown
    assert known_again == unknown_again
    assert (known.status, known_again.status) == (202, 429)


def test_one_address_gets_one_code_of_a_kind_a_minute(invoke: Callable[..., Answer]) -> None:
    with clock.at(MIDNIGHT):
        assert ask(invoke, "13800138000").status == 202
        refused = ask(invoke, "+86 138-0013-8000")
        other = ask(invoke, "13800138001")
        another_kind = ask(invoke, "13800138000", "sign_in")
    with clock.at(MIDNIGHT + timedelta(minutes=1)):
        later = ask(invoke, "13800138000")

    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "TooManyRequests", "60")
    assert (other.status, another_kind.status, later.status) == (202, 202, 202)


def test_one_address_gets_ten_codes_a_day(invoke: Callable[..., Answer]) -> None:
    statuses = []
    for minute in range(12):
        with clock.at(MIDNIGHT + timedelta(minutes=minute)):
            statuses.append(ask(invoke, source_ip=f"203.0.113.{minute}").status)
    with clock.at(MIDNIGHT + timedelta(days=1)):
        tomorrow = ask(invoke).status

    assert statuses == [202] * 10 + [429] * 2
    assert tomorrow == 202


def test_one_network_address_asks_for_thirty_codes_an_hour_and_a_hundred_a_day(invoke: Callable[..., Answer]) -> None:
    def asked(hour: int, times: int) -> int:
        with clock.at(MIDNIGHT + timedelta(hours=hour)):
            return [ask(invoke, f"person{hour}x{one}@example.com").status for one in range(times)].count(202)

    counts = [asked(0, 31), asked(1, 30), asked(2, 30), asked(3, 11)]
    with clock.at(MIDNIGHT + timedelta(hours=3)):
        elsewhere = ask(invoke, "another@example.com", source_ip="203.0.113.9")
    with clock.at(MIDNIGHT + timedelta(days=1)):
        tomorrow = ask(invoke)

    assert counts == [30, 30, 30, 10]
    assert (elsewhere.status, tomorrow.status) == (202, 202)


def test_what_is_refused_is_never_queued(invoke: Callable[..., Answer], people: People) -> None:
    with clock.at(MIDNIGHT):
        ask(invoke)
        ask(invoke)
        ask(invoke, "nobody")

    assert len(people.requests()) == 1


@pytest.mark.parametrize("identifier", ["nobody", "@example.com", "1234567", "林@example.com"])
def test_only_addresses_and_numbers_are_sent_to(invoke: Callable[..., Answer], identifier: str) -> None:
    answer = ask(invoke, identifier)

    assert (answer.status, answer.code) == (400, "NotAnIdentifier")
    assert identifier not in json.dumps(answer.body, ensure_ascii=False)


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "world_domination"},
        {"purpose": None},
        {"identifier": None},
        {"identifier": "x" * 255},
        {"identifier": ["lin@example.com", "mei@example.com"]},
        {"identifier": "lin\ud800@example.com"},
        {"locale": "tlh"},
        {"code": "123456"},
    ],
)
def test_a_request_of_another_shape_is_refused(invoke: Callable[..., Answer], change: dict[str, object]) -> None:
    body = json.dumps({"identifier": "lin@example.com", "purpose": "register"} | change)

    answer = invoke("users.send_code", body=body)

    assert (answer.status, answer.code) == (400, "Invalid")
