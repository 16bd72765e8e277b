"""Listing what waits for a review."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock
from mall.catalog.products import service
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_it_comes_in_pages_what_has_waited_longest_first(invoke: Callable[..., Answer]) -> None:
    category, now = goods.category().id, clock.now()
    owners = [goods.merchant() for _ in range(3)]
    products = [goods.draft(owner, category) for owner in owners]
    for minute, product in enumerate(reversed(products)):
        with clock.at(now + timedelta(minutes=minute)):
            service.submit(product.merchant_id, product.id)
    goods.draft(owners[0], category)

    first = invoke("catalog.list_reviews", caller=goods.operator(), query={"limit": "2"})
    rest = invoke("catalog.list_reviews", caller=goods.operator(), query={"limit": "2", "after": first.body["next"]})

    items = first.body["items"] + rest.body["items"]
    assert [item["id"] for item in items] == [product.id for product in reversed(products)]
    assert items[0]["merchant_id"] == products[2].merchant_id
    assert items[0]["submitted_at"] is not None
    assert rest.body["next"] is None


def test_merchants_do_not_see_it(invoke: Callable[..., Answer]) -> None:
    assert invoke("catalog.list_reviews", caller=goods.clerk(goods.merchant())).status == 403
