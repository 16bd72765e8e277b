"""Counting which pictures a product shows."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mall import config
from mall.aws import client
from mall.catalog.products import service
from mall.images import service as images
from mall.inventory import service as inventory
from mall.merchants.model import Kind, Merchant
from tests.fixtures import goods, pictures
from tests.fixtures.drawings import encoded, halves

SAMPLE = Path(__file__).parents[3] / "events" / "catalog" / "on_product_published.json"


def batch(product_id: str) -> dict[str, Any]:
    """The news of a product as its queue delivers it."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(found["Records"][0]["body"])
    envelope["detail"]["aggregate"] = product_id
    found["Records"][0]["body"] = json.dumps(envelope)
    return found


def two_pictures(owner: Merchant) -> tuple[str, str]:
    """Two pictures that a merchant has uploaded."""
    clerk = replace(goods.clerk(owner), permissions=frozenset({"*"}))
    files = (encoded(halves()), encoded(halves(300)))
    first, second = (pictures.taken(clerk, file) for file in files)
    return first, second


def uses(picture_id: str) -> int:
    return images.get_many([picture_id])[picture_id].uses


def test_what_is_shown_is_counted_once_and_what_no_longer_is_is_given_up(run: Callable[..., Any]) -> None:
    own = goods.merchant(Kind.SELF)
    first, second = two_pictures(own)
    before = uses(first), uses(second)
    product = goods.on_sale(own, pictures=(first,))

    for _ in range(2):
        run("catalog.on_product_published", batch(product.id))

    assert (uses(first), uses(second)) == (before[0] + 1, before[1])

    changed = goods.content(product.category_id, pictures=(second,))
    service.write(own.id, changed, by="usr_1", submit=True, product_id=product.id)
    run("catalog.on_product_published", batch(product.id))

    assert (uses(first), uses(second)) == (before[0], before[1] + 1)


def test_a_picture_of_a_sku_counts_too(run: Callable[..., Any]) -> None:
    own = goods.merchant(Kind.SELF)
    first, _ = two_pictures(own)
    before = uses(first)
    skus = tuple(replace(sku, picture_id=first) for sku in goods.content("cat_1").skus[:1])
    product = goods.on_sale(own, skus=skus)

    run("catalog.on_product_published", batch(product.id))

    assert uses(first) == before + 1


def test_a_product_that_is_gone_is_no_mistake(run: Callable[..., Any]) -> None:
    assert run("catalog.on_product_published", batch("prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ")) == {"batchItemFailures": []}


def test_stock_that_was_not_begun_is_begun_and_never_overwritten(run: Callable[..., Any]) -> None:
    product = goods.on_sale()
    first, second = (sku.id for sku in product.skus)
    inventory.set_available(product.merchant_id, product.id, {first: 7}, by="usr_1", reason="count")
    # As if the approval had been broken off before it.
    client("dynamodb").delete_item(TableName=config.table("stock"), Key={"id": {"S": second}})

    for _ in range(2):
        assert run("catalog.on_product_published", batch(product.id)) == {"batchItemFailures": []}

    assert inventory.available([first, second]) == {first: 7, second: 3}


def test_what_many_products_show_is_counted_together(run: Callable[..., Any]) -> None:
    own = goods.merchant(Kind.SELF)
    first, second = two_pictures(own)
    before = uses(first), uses(second)
    products = [goods.on_sale(own, pictures=(first,)) for _ in range(3)] + [
        goods.on_sale(own, pictures=(first, second))
    ]
    records = [{**batch(product.id)["Records"][0], "messageId": product.id} for product in products]

    for _ in range(2):
        assert run("catalog.on_product_published", {"Records": records}) == {"batchItemFailures": []}

    assert (uses(first), uses(second)) == (before[0] + 4, before[1] + 1)
