"""A brand's record, for the platform's staff."""

from typing import Any

from tests.functional.catalog.brands import NO_BRAND, create, record, update


def test_the_whole_record_is_shown_also_when_it_is_hidden(invoke: Any) -> None:
    brand = create(invoke, description={"en": "Tea things."}).body
    update(invoke, brand["id"], name=brand["name"], slug=brand["slug"], hidden=True, version=1)

    answer = record(invoke, brand["id"])

    assert answer.status == 200
    assert answer.body == brand | {"description": {}, "state": "hidden", "version": 2}


def test_what_is_not_there_is_not_found(invoke: Any) -> None:
    assert record(invoke, NO_BRAND).code == "NoSuchBrand"
