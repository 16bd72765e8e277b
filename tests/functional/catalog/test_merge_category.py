"""Merging categories."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.categories import service
from mall.catalog.products import service as products
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")
Ask = Callable[..., Answer]


def test_products_and_what_is_below_go_over(add: Ask, manage: Ask, work: Callable[[str], Any], job: Ask) -> None:
    tea, leaves = add().body, add(name={"en": "Leaves"}).body
    green = add(parent_id=leaves["id"], name={"en": "Green"}).body
    owner = goods.merchant()
    live = goods.on_sale(owner, leaves["id"], attributes={}, skus=(goods.Sku(goods.Money(100), stock=1),))
    draft = goods.draft(owner, leaves["id"], attributes={}, skus=())

    answer = manage("merge_category", leaves["id"], into=tea["id"])
    assert (answer.status, answer.body["kind"]) == (202, "merge")
    work(answer.body["id"])

    assert service.published(green["id"]).path == (tea["id"], green["id"])
    found = products.get_live(live.id)
    assert found is not None
    assert (found.category_id, found.version) == (tea["id"], 1)
    kept = products.own(owner.id, draft.id)
    assert kept.draft is not None
    assert kept.draft.content.category_id == tea["id"]
    done = job(answer.body["id"]).body
    assert (done["state"], done["products"]) == ("finished", 2)
    told = [one["category_id"] for one in goods.news("catalog.ProductPublished") if one["product_id"] == live.id]
    assert told == [leaves["id"], tea["id"]]


def test_what_was_merged_leads_to_its_successor(add: Ask, manage: Ask, work: Callable[[str], Any], invoke: Ask) -> None:
    tea, leaves = add().body, add(name={"en": "Leaves"}).body
    work(manage("merge_category", leaves["id"], into=tea["id"]).body["id"])

    shown = invoke("catalog.get_category", path={"category_id": leaves["id"]})
    made = goods.draft(goods.merchant(), leaves["id"], attributes={}, skus=())

    assert shown.body["merged_into"] == tea["id"]
    assert made.category_id == tea["id"]
    assert [node.id for node in service.tree(fresh=True)] == [tea["id"]]
    assert add(parent_id=leaves["id"]).code == "CategoryClosed"


def test_a_category_is_not_merged_into_itself_or_what_is_below_it(add: Ask, manage: Ask) -> None:
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body

    assert manage("merge_category", tea["id"], into=tea["id"]).code == "BelowItself"
    assert manage("merge_category", tea["id"], into=green["id"]).code == "BelowItself"


def test_two_that_would_have_the_same_name_below_are_not_merged(add: Ask, manage: Ask) -> None:
    tea, leaves = add().body, add(name={"en": "Leaves"}).body
    for parent in (tea, leaves):
        add(parent_id=parent["id"], name={"en": "Green"})

    assert manage("merge_category", leaves["id"], into=tea["id"]).code == "SlugTaken"
