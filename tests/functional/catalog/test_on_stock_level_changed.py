"""What people are told of how many there are, after the inventory said that it changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mall import clock
from mall.catalog.offers import service as offers
from mall.catalog.products.model import Product
from mall.inventory import service as inventory
from mall.inventory.model import Wanted
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

SAMPLE = Path(__file__).parents[3] / "events" / "catalog" / "on_stock_level_changed.json"


def batch(product_id: str, sku_id: str) -> dict[str, Any]:
    """The news of a SKU as its queue delivers it."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(found["Records"][0]["body"])
    envelope["detail"]["aggregate"] = sku_id
    envelope["detail"]["data"] |= {"product_id": product_id, "sku_id": sku_id}
    found["Records"][0]["body"] = json.dumps(envelope)
    return found


def bought(product: Product, quantity: int) -> None:
    """Somebody buys so many of the first SKU."""
    wanted = [Wanted("ord_1", product.skus[0].id, quantity)]
    inventory.reserve("trd_1", "usr_1", wanted, until=clock.now())


def shown(visitor: Callable[..., Answer], product: Product) -> list[str]:
    return [sku["state"] for sku in visitor("get_offer", product.id).body["skus"]]


def test_people_see_that_it_is_sold_out_and_pages_hear_of_it(
    run: Callable[..., Any], visitor: Callable[..., Answer]
) -> None:
    product = goods.on_sale()
    bought(product, 10)
    assert shown(visitor, product) == ["in_stock", "low"]

    for _ in range(2):
        answer = run("catalog.on_stock_level_changed", batch(product.id, product.skus[0].id))
        assert answer == {"batchItemFailures": []}

    assert shown(visitor, product) == ["out", "low"]
    assert [told["what"] for told in goods.news("catalog.OfferChanged")] == [["stock"]]


def test_late_news_tell_what_is_true_now(run: Callable[..., Any], visitor: Callable[..., Answer]) -> None:
    product = goods.on_sale()
    bought(product, 10)
    late = batch(product.id, product.skus[0].id)
    inventory.release("ord_1", "test")

    run("catalog.on_stock_level_changed", late)

    assert shown(visitor, product) == ["in_stock", "low"]


def test_stock_of_what_is_not_offered_is_nobodys_news(run: Callable[..., Any]) -> None:
    product = goods.draft(goods.merchant())

    answer = run("catalog.on_stock_level_changed", batch(product.id, product.skus[0].id))

    assert answer == {"batchItemFailures": []}
    assert goods.news("catalog.OfferChanged") == []


def test_somebody_who_changes_a_price_meanwhile_loses_nothing(at_once: Callable[..., list[Any]]) -> None:
    product = goods.on_sale()
    bought(product, 10)
    red, blue = product.skus
    change = [offers.Change(blue.id, price=red.price)]

    at_once(
        lambda: offers.take_stock(product.id),
        lambda: offers.set(product.merchant_id, product.id, change),
    )

    known = {offer.sku_id: offer for offer in offers.of_products([product.id])[product.id]}
    assert (known[red.id].available, known[blue.id].price) == (0, red.price)
