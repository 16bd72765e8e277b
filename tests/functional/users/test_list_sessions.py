"""Showing where one is signed in."""

from collections.abc import Callable
from typing import Any

from mall.auth import NOBODY
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_devices_are_listed_with_the_latest_first_and_the_present_one_marked(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register(device="Lin's phone")
    with passing(minutes=1):
        people.sign_in(person, device="Lin's tablet")

    items = invoke("users.list_sessions", caller=person.caller).body["items"]

    assert [(item["device"], item["current"]) for item in items] == [("Lin's tablet", False), ("Lin's phone", True)]


def test_a_device_without_a_name_goes_by_what_its_client_calls_itself(
    invoke: Callable[..., Answer], people: People
) -> None:
    person = people.register()

    (item,) = invoke("users.list_sessions", caller=person.caller).body["items"]

    assert item["device"] == "tests"


def test_a_network_address_is_shown_without_its_last_part(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()
    body = {"identifier": person.identifier, "password": person.password}
    invoke("users.sign_in", body=body, source_ip="203.0.113.77")
    invoke("users.sign_in", body=body, source_ip="2001:db8:1:2::77")

    addresses = {item["address"] for item in invoke("users.list_sessions", caller=person.caller).body["items"]}

    assert addresses == {"198.18.0.*", "203.0.113.*", "2001:db8:1:2::*"}


def test_using_a_session_moves_it_to_the_front(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register(device="phone")
    with passing(minutes=1):
        people.sign_in(person, device="tablet")
    with passing(minutes=2):
        invoke("users.refresh_session", body={"refresh_token": person.refresh_token})

    items = invoke("users.list_sessions", caller=person.caller).body["items"]

    assert [item["device"] for item in items] == ["phone", "tablet"]


def test_nothing_that_proves_a_session_is_shown(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    (item,) = invoke("users.list_sessions", caller=person.caller).body["items"]

    assert set(item) == {"id", "device", "address", "created_at", "refreshed_at", "current"}


def test_a_session_that_ran_out_is_listed_no_longer(
    invoke: Callable[..., Answer], people: People, passing: Callable[..., Any]
) -> None:
    person = people.register()

    with passing(days=31):
        assert invoke("users.list_sessions", caller=person.caller).body == {"items": []}


def test_everybody_sees_their_own_devices_only(invoke: Callable[..., Answer], people: People) -> None:
    person, other = people.register(), people.register()

    items = invoke("users.list_sessions", caller=other.caller).body["items"]

    assert [item["id"] for item in items] == [other.caller.session_id]
    assert person.caller.session_id not in str(items)


def test_nobody_is_signed_in_nowhere(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_sessions", caller=NOBODY).status == 401
