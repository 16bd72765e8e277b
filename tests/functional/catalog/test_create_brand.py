"""Adding brands."""

from typing import Any

import pytest

from tests.fixtures import goods
from tests.functional.catalog.brands import create, news


def test_a_brand_gets_its_address_of_its_english_name(invoke: Any) -> None:
    answer = create(invoke, name={"zh-CN": "清风", "en": "Soft Breeze & Co."})

    assert (answer.status, answer.body["state"]) == (201, "active")
    assert answer.body["slug"] == "soft-breeze-co"
    assert news(answer.body["id"]) == ["created"]


def test_two_brands_never_share_an_address(invoke: Any) -> None:
    first = create(invoke, slug="breeze")

    answer = create(invoke, slug="breeze", name={"en": "Another"})

    assert (answer.status, answer.code) == (409, "BrandSlugTaken")
    assert answer.body["Details"] == {"brand_id": first.body["id"], "field": "slug"}


def test_the_same_request_again_adds_no_second_brand(invoke: Any) -> None:
    first, again = (
        invoke(
            "catalog.create_brand",
            caller=caller,
            body={"name": {"en": "Breeze"}},
            headers={"Idempotency-Key": "k" * 20},
        )
        for caller in [goods.operator()]
        for _ in range(2)
    )

    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body


def test_of_two_that_want_one_address_at_once_one_gets_it(invoke: Any, at_once: Any) -> None:
    answers = at_once(lambda: create(invoke, slug="breeze"), lambda: create(invoke, slug="breeze"))

    assert sorted(answer.status for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    "change",
    [
        {"name": {}},
        {"name": {"en": ""}},
        {"name": {"fr": "Brise"}},
        {"slug": "No Slug"},
        {"logo": "x"},
        {"owner": "me"},
    ],
)
def test_what_is_no_brand_is_refused_with_the_field(invoke: Any, change: dict[str, Any]) -> None:
    answer = create(invoke, **change)

    assert answer.status == 400
    assert next(iter(change)) in str(answer.body["Details"])
