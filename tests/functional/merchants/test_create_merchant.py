"""Taking merchants in."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.auth import Caller
from tests.fixtures.gateway import Answer
from tests.functional.merchants.conftest import names, tea_house


def test_a_merchant_may_sell_at_once(invoke: Callable[..., Answer], operator: Caller) -> None:
    answer = invoke("merchants.create_merchant", caller=operator, body=tea_house(about={"en": "From our own garden."}))

    assert (answer.status, answer.body["state"], answer.body["trusted"]) == (201, "active", False)
    front = invoke("merchants.get_merchant", path={"merchant_id": answer.body["id"]}, query={"locale": "en"})
    assert (front.body["name"], front.body["about"]) == ("Tea House", "From our own garden.")
    assert names(answer.body["id"]) == [("created", "active")]


def test_two_merchants_never_share_an_address(create: Callable[..., Any], invoke: Any, operator: Caller) -> None:
    first = create(slug="tea-house")

    answer = invoke("merchants.create_merchant", caller=operator, body=tea_house(name={"en": "Another"}))

    assert (answer.status, answer.code) == (409, "SlugTaken")
    assert answer.body["Details"]["merchant_id"] == first["id"]


def test_a_merchant_gets_the_id_that_its_staff_already_works_for_once(invoke: Any, operator: Caller) -> None:
    known = "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6D00A"

    first, second = (
        invoke("merchants.create_merchant", caller=operator, body=tea_house(id=known, slug=slug))
        for slug in ("a1", "b2")
    )

    assert (first.status, first.body["id"]) == (201, known)
    assert (second.status, second.code) == (409, "MerchantExists")


def test_the_same_request_again_makes_no_second_merchant(invoke: Any, operator: Caller) -> None:
    first, again = (
        invoke("merchants.create_merchant", caller=operator, body=tea_house(), headers={"Idempotency-Key": "k" * 20})
        for _ in range(2)
    )

    assert first.status == again.status == 201
    assert first.body == again.body
    assert len(invoke("merchants.list_merchants", caller=operator).body["items"]) == 1


def test_of_two_that_want_one_address_at_once_one_gets_it(invoke: Any, operator: Caller, at_once: Any) -> None:
    def come() -> int:
        return int(invoke("merchants.create_merchant", caller=operator, body=tea_house()).status)

    assert sorted(at_once(come, come)) == [201, 409]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "pirate"}, "kind"),
        ({"name": {}}, "name"),
        ({"name": {"fr": "Maison"}}, "name"),
        ({"name": {"en": ""}}, "name"),
        ({"slug": "Tea House"}, "slug"),
        ({"slug": "-"}, "slug"),
        ({"logo": "pic_1"}, "logo"),
        ({"id": "mch_1"}, "id"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_what_is_no_merchant_is_refused_with_the_field(
    invoke: Any, operator: Caller, change: dict[str, Any], field: str
) -> None:
    answer = invoke("merchants.create_merchant", caller=operator, body=tea_house() | change)

    assert (answer.status, answer.code) == (400, "Invalid")
    assert any(fault["field"].startswith(field) for fault in answer.body["Details"]["fields"])
