"""Deleting categories."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.categories import service
from mall.catalog.categories.model import NoSuchCategory
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY

pytestmark = pytest.mark.usefixtures("database")
Ask = Callable[..., Answer]


def test_it_is_gone_for_everybody(add: Ask, manage: Ask) -> None:
    tea, coffee = add().body, add(name={"en": "Coffee"}).body

    assert manage("remove_category", tea["id"]).status == 204

    with pytest.raises(NoSuchCategory):
        service.published(tea["id"])
    assert [node.id for node in service.tree(fresh=True)] == [coffee["id"]]
    assert manage("remove_category", tea["id"]).code == "NoSuchCategory"


def test_what_has_something_below_it_or_in_it_stays(add: Ask, manage: Ask) -> None:
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body
    goods.draft(goods.merchant(), green["id"], attributes={}, skus=())

    assert [manage("remove_category", one["id"]).code for one in (tea, green)] == ["CategoryInUse"] * 2
    assert service.published(green["id"]).path == (tea["id"], green["id"])


def test_what_another_was_merged_into_stays(add: Ask, manage: Ask, work: Callable[[str], Any]) -> None:
    tea, coffee = add().body, add(name={"en": "Coffee"}).body
    work(manage("merge_category", coffee["id"], into=tea["id"]).body["id"])

    assert manage("remove_category", tea["id"]).code == "CategoryInUse"


def test_what_is_not_there_is_not_found(manage: Ask) -> None:
    assert manage("remove_category", NO_CATEGORY).code == "NoSuchCategory"
