"""Categories, brands and merchants that are called or stand otherwise than before."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mall import events
from mall.catalog.brands import store as brands
from mall.search.finding import store as finding
from mall.search.finding.model import Sort, Wanted
from mall.search.index import service
from tests.fixtures import goods
from tests.functional.search.test_index_products import spoil

pytestmark = pytest.mark.usefixtures("aws", "database")

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "events" / "search" / "on_place_changed.json"


def tell(run: Run, name: str, place: str) -> Any:
    """Let the function take the news in, as the queue delivers it."""
    batch = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(batch["Records"][0]["body"])
    envelope["detail-type"] = name
    envelope["detail"]["aggregate"] = place
    batch["Records"][0]["body"] = json.dumps(envelope)
    return run("search.on_place_changed", batch)


def place(id: str) -> list[str]:
    return [card["id"] for card in finding.listing(id, Sort.NEW, limit=10, after=None)[0]]


def found(word: str) -> int | None:
    return finding.search(Wanted(words=(f"'{word}'",)), locale="en", limit=1, after=None).total


def rename(brand: Any, name: str) -> None:
    renamed = replace(brand, name={"en": name})
    data = {"brand_id": brand.id, "what": "record"}
    brands.save(renamed, before=brand, news=events.Event.of("catalog.BrandChanged", aggregate=brand.id, data=data))


def test_a_brand_that_goes_by_another_name_is_found_by_it(run: Run) -> None:
    brand = goods.brand({"en": "Breeze"})
    made = goods.on_sale(brand_id=brand.id)
    service.refresh([made.id])

    rename(brand, "Storm")
    results = [tell(run, "catalog.BrandChanged", brand.id) for _ in range(2)]

    assert results == [{"batchItemFailures": []}] * 2
    assert (found("storm"), finding.cards([made.id])[made.id]["brand"]["name"]) == (1, {"en": "Storm"})


def test_a_category_that_moves_takes_its_products_along(run: Run) -> None:
    old = goods.category(name={"en": "Drinks"})
    new = goods.category(name={"en": "Gifts"})
    leaf = goods.category(above=[old], name={"en": "Tea"})
    made = goods.on_sale(category_id=leaf.id)
    service.refresh([made.id])
    before = [place(one.id) for one in (old, new, leaf)]

    goods.publish(new, replace(leaf, parent_id=new.id), revision=2)
    tell(run, "catalog.CategoryChanged", leaf.id)

    assert before == [[made.id], [], [made.id]]
    assert [place(one.id) for one in (old, new, leaf)] == [[], [made.id], [made.id]]
    assert (found("drinks"), found("gifts")) == (0, 1)


def test_what_nobody_sells_in_changes_nothing(run: Run) -> None:
    assert tell(run, "merchants.MerchantChanged", goods.merchant().id) == {"batchItemFailures": []}


def test_news_come_again_when_a_product_could_not_follow(run: Run) -> None:
    brand = goods.brand({"en": "Zephyr"})
    good, bad = (goods.on_sale(brand_id=brand.id) for _ in range(2))
    service.refresh([good.id, bad.id])
    spoil(bad.id)

    rename(brand, "Storm")
    result = tell(run, "catalog.BrandChanged", brand.id)

    assert len(result["batchItemFailures"]) == 1
    assert (found("storm"), found("zephyr")) == (1, 1)
