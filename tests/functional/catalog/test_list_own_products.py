"""Listing a merchant's products."""

from collections.abc import Callable
from datetime import timedelta

from mall import clock
from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_they_come_in_pages_the_one_changed_last_first(
    invoke: Callable[..., Answer], merchant: Merchant, mine: Callable[..., Answer]
) -> None:
    category, now = goods.category().id, clock.now()
    made = []
    for minute in range(5):
        with clock.at(now + timedelta(minutes=minute)):
            made.append(goods.draft(merchant, category).id)
    with clock.at(now + timedelta(hours=1)):
        mine("submit_product", made[0])
    clerk = goods.clerk(merchant)

    first = invoke("catalog.list_own_products", caller=clerk, query={"limit": "3"})
    rest = invoke("catalog.list_own_products", caller=clerk, query={"limit": "3", "after": first.body["next"]})

    assert [item["id"] for item in first.body["items"] + rest.body["items"]] == [made[0], *made[:0:-1]]
    assert rest.body["next"] is None
    assert (first.body["items"][0]["draft"], first.body["items"][0]["live"]) == ("in_review", None)


def test_nobody_elses_are_listed_whatever_the_cursor_says(invoke: Callable[..., Answer], merchant: Merchant) -> None:
    category = goods.category().id
    other = goods.merchant()
    for owner in (merchant, other, other):
        goods.draft(owner, category)
    theirs = invoke("catalog.list_own_products", caller=goods.clerk(other), query={"limit": "1"}).body["next"]

    mine = invoke("catalog.list_own_products", caller=goods.clerk(merchant))
    forged = invoke("catalog.list_own_products", caller=goods.clerk(merchant), query={"after": theirs})

    assert len(mine.body["items"]) == 1
    assert (forged.status, forged.code) == (400, "Invalid")
