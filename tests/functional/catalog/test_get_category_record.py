"""Showing a category as it is kept."""

from collections.abc import Callable

import pytest

from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY

pytestmark = pytest.mark.usefixtures("database")


def test_it_tells_its_own_attributes_only(add: Callable[..., Answer], manage: Callable[..., Answer]) -> None:
    tea = add(attributes=[{"code": "origin", "name": {"en": "Origin"}}]).body
    green = add(parent_id=tea["id"], attributes=[{"code": "taste", "name": {"en": "Taste"}}]).body

    answer = manage("get_category_record", green["id"])

    assert (answer.status, answer.body) == (200, green)
    assert [one["code"] for one in answer.body["attributes"]] == ["taste"]


def test_what_is_not_there_is_not_found(manage: Callable[..., Answer]) -> None:
    assert manage("get_category_record", NO_CATEGORY).code == "NoSuchCategory"
