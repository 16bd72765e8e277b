"""Changing brands."""

from typing import Any

from tests.functional.catalog.brands import NO_BRAND, create, news, record, update


def test_what_is_given_replaces_what_was_there(invoke: Any) -> None:
    brand = create(invoke).body

    answer = update(invoke, brand["id"], name={"en": "Wind"}, slug="wind", version=1)

    assert (answer.status, answer.body["name"], answer.body["slug"], answer.body["version"]) == (
        200,
        {"en": "Wind"},
        "wind",
        2,
    )
    assert news(brand["id"]) == ["created", "record"]
    assert create(invoke, slug=brand["slug"], name={"en": "Next"}).status == 201


def test_a_repetition_changes_nothing_and_tells_nobody(invoke: Any) -> None:
    brand = create(invoke).body

    first, again = (update(invoke, brand["id"], name={"en": "Wind"}, slug="wind", version=1) for _ in range(2))

    assert first.body == again.body
    assert len(news(brand["id"])) == 2


def test_an_older_version_is_refused(invoke: Any) -> None:
    brand = create(invoke).body
    update(invoke, brand["id"], name={"en": "Wind"}, slug="wind", version=1)

    answer = update(invoke, brand["id"], name={"en": "Storm"}, slug="storm", version=1)

    assert (answer.status, answer.code) == (409, "BrandChanged")
    assert record(invoke, brand["id"]).body["slug"] == "wind"


def test_of_two_changes_at_once_one_is_refused(invoke: Any, at_once: Any) -> None:
    brand = create(invoke).body

    answers = at_once(
        lambda: update(invoke, brand["id"], name={"en": "Wind"}, slug="wind", version=1),
        lambda: update(invoke, brand["id"], name={"en": "Storm"}, slug="storm", version=1),
    )

    assert sorted(answer.status for answer in answers) == [200, 409]


def test_another_brands_address_is_refused(invoke: Any) -> None:
    brand, _ = create(invoke, slug="one").body, create(invoke, slug="two")

    assert update(invoke, brand["id"], name=brand["name"], slug="two", version=1).code == "BrandSlugTaken"


def test_what_is_not_there_is_not_changed(invoke: Any) -> None:
    assert update(invoke, NO_BRAND, name={"en": "Wind"}, slug="wind", version=1).code == "NoSuchBrand"
