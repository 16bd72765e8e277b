"""Approving a draft."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from mall import clock
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service
from mall.catalog.products.model import Reason, Record
from mall.catalog.products.platform import service as platform
from mall.merchants import service as merchants
from mall.merchants.model import Merchant
from mall.money import Money
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT, body

Passing = Callable[..., AbstractContextManager[None]]


def submitted(merchant: Merchant, **changes: Any) -> tuple[str, int]:
    """A product that waits for a review, and its revision."""
    product = goods.draft(merchant, **changes)
    return product.id, service.submit(merchant.id, product.id).revision


def test_it_is_on_sale_as_the_first_version(
    staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product_id, revision = submitted(merchant)

    answer = staff("approve_product", product_id, revision=revision)

    assert (answer.status, answer.body["draft"], answer.body["live"], answer.body["version"]) == (
        200,
        None,
        "on_sale",
        1,
    )
    assert visitor("get_product", product_id).status == 200
    assert staff("list_reviews").body["items"] == []
    (told,) = goods.news("catalog.ProductReviewed")
    assert (told["decision"], told["reasons"]) == ("approved", [])
    assert [one["version"] for one in goods.news("catalog.ProductPublished")] == [1]


def test_the_next_version_takes_the_place_of_the_one_on_sale(
    mine: Callable[..., Answer],
    staff: Callable[..., Answer],
    visitor: Callable[..., Answer],
    merchant: Merchant,
) -> None:
    product = goods.on_sale(merchant)
    revision = mine(
        "update_product", product.id, **body(product.category_id, name={"en": "Longjing 2030"}, submit=True)
    ).body["revision"]

    answer = staff("approve_product", product.id, revision=revision)

    assert (answer.body["live"], answer.body["version"]) == ("on_sale", 2)
    assert visitor("get_product", product.id, locale="en").body["name"] == "Longjing 2030"


def test_prices_that_changed_during_the_review_stay(
    mine: Callable[..., Answer], staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    revision = mine("update_product", product.id, **body(product.category_id, tags=["x"], submit=True)).body["revision"]
    mine("set_offers", product.id, offers=[{"sku_id": product.skus[0].id, "price": {"amount": 1}, "available": 77}])

    staff("approve_product", product.id, revision=revision)

    assert visitor("get_offer", product.id).body["skus"][0]["price"]["amount"] == 1
    assert mine("get_own_product", product.id).body["offers"][0]["available"] == 77


def test_a_draft_that_was_changed_since_it_was_read_is_not_approved(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product_id, revision = submitted(merchant)
    category = mine("get_own_product", product_id).body["draft"]["content"]["category_id"]
    mine("update_product", product_id, **body(category, name={"en": "Poison"}, submit=True))

    answer = staff("approve_product", product_id, revision=revision)

    assert (answer.status, answer.code) == (409, "DraftChanged")
    assert mine("get_own_product", product_id).body["live"] is None


def test_what_begins_later_waits(
    staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant, passing: Passing, run: Any
) -> None:
    product_id, revision = submitted(merchant, on_sale_from=clock.now() + timedelta(days=1))

    answer = staff("approve_product", product_id, revision=revision)

    assert answer.body["live"] == "approved"
    assert visitor("get_product", product_id).status == 404
    with passing(days=1):
        run("catalog.apply_schedules", {})
        assert visitor("get_product", product_id).status == 200


def test_what_is_over_already_is_approved_and_not_sold(staff: Callable[..., Answer], merchant: Merchant) -> None:
    product_id, revision = submitted(merchant, on_sale_until=clock.now() + timedelta(seconds=-1))

    assert staff("approve_product", product_id, revision=revision).body["live"] == "off_sale"


def test_a_suspended_merchants_product_waits_for_its_merchant(
    staff: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product_id, revision = submitted(merchant)
    merchants.suspend(merchant.id, "no licence")

    answer = staff("approve_product", product_id, revision=revision)

    assert answer.body["live"] == "off_sale"
    assert visitor("get_product", product_id).status == 404
    assert goods.news("catalog.ProductPublished") == []


def test_only_what_waits_for_a_review_is_approved(staff: Callable[..., Answer], merchant: Merchant) -> None:
    draft, live = goods.draft(merchant), goods.on_sale(merchant)

    assert staff("approve_product", draft.id, revision=1).code == "NotInReview"
    assert staff("approve_product", live.id, revision=3).code == "NoDraft"
    assert staff("approve_product", ABSENT, revision=1).code == "NoSuchProduct"


def test_merchants_approve_nothing(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product_id, revision = submitted(merchant)

    assert mine("approve_product", product_id, revision=revision).status == 403


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_two_reviewers_at_once_one_decides(
    merchant: Merchant, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    product_id, revision = submitted(merchant)

    results = at_once(
        partial(platform.approve, product_id, revision=revision, by="usr_1"),
        partial(platform.refuse, product_id, [Reason("no")], revision=revision, by="usr_2"),
        seed=seed,
    )

    assert sorted(isinstance(result, Record) for result in results) == [False, True]
    assert len(goods.news("catalog.ProductReviewed")) == 1


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_price_set_while_it_is_approved_is_not_lost(
    merchant: Merchant, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    product = goods.on_sale(merchant)
    skus = (*product.skus, goods.Sku(Money(500), code="T-S", options={"colour": "red", "size": "S"}))
    skus = tuple(goods.replace(sku, options=sku.options | {"size": sku.options.get("size", "M")}) for sku in skus)
    service.write(
        merchant.id, goods.content(product.category_id, skus=skus), by="usr_1", submit=True, product_id=product.id
    )
    revision = service.own(merchant.id, product.id).revision

    at_once(
        partial(platform.approve, product.id, revision=revision, by="usr_1"),
        partial(offers.set, merchant.id, product.id, [Change(product.skus[0].id, price=Money(1))]),
        seed=seed,
    )

    known = offers.of_products([product.id])[product.id]
    assert len(known) == 3
    assert {one.sku_id: one.price for one in known}[product.skus[0].id] == Money(1)
