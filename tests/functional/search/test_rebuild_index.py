"""Making the index anew."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mall import config
from mall.search.finding import store as finding
from mall.search.finding.model import Sort
from mall.search.index import service
from mall.search.model import EVERYWHERE
from tests.fixtures import goods
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")

Run = Callable[..., Any]


def listed() -> set[str]:
    return {card["id"] for card in finding.listing(EVERYWHERE, Sort.NEW, limit=100, after=None)[0]}


def test_the_index_is_as_the_catalog_is_afterwards(run: Run, shelf: Shelf) -> None:
    category = goods.category().id
    made = {goods.on_sale(category_id=category).id for _ in range(3)}
    goods.draft(goods.merchant(), category)
    shelf(item("what nobody sells"))

    results = [run("search.rebuild_index", {}) for _ in range(2)]

    assert results == [{"failed": []}] * 2
    assert listed() == made


def test_what_no_merchant_sells_any_more_leaves_the_index(run: Run) -> None:
    good, bad = goods.on_sale(), goods.on_sale()
    service.refresh([good.id, bad.id])
    boto3.client("dynamodb").delete_item(TableName=config.table("merchants"), Key={"id": {"S": bad.merchant_id}})

    run("search.rebuild_index", {})

    assert listed() == {good.id}
