"""Writing a product anew, whether it is on sale or not."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import clock
from mall.catalog.products import service
from mall.inventory import service as inventory
from mall.inventory.model import Wanted
from mall.merchants.model import Kind, Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import ABSENT, body


def test_what_is_on_sale_stays_while_its_next_version_is_written(
    mine: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)

    answer = mine("update_product", product.id, **body(product.category_id, name={"en": "Longjing 2030"}))

    assert (answer.body["draft"], answer.body["live"], answer.body["what"]) == ("draft", "on_sale", "updated")
    assert visitor("get_product", product.id, locale="en").body["name"] == "West Lake Longjing"


def test_prices_and_stock_change_at_once_and_without_a_draft(
    mine: Callable[..., Answer], visitor: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    wanted = body(product.category_id, description={"zh-CN": "<p>明前采摘。</p>"})
    wanted["skus"] = [
        {"code": "T-R", "options": {"colour": "red"}, "price": {"amount": 9900}, "stock": 0},
        {"code": "T-B", "options": {"colour": "blue"}, "price": {"amount": 13800}, "list_price": {"amount": 16800}},
    ]

    answer = mine("update_product", product.id, **wanted)

    assert (answer.body["draft"], answer.body["what"]) == (None, "updated")
    offers = visitor("get_offer", product.id).body["skus"]
    assert [(offer["price"]["amount"], offer["state"]) for offer in offers] == [(9900, "out"), (13800, "low")]
    assert goods.news("catalog.OfferChanged")[-1]["what"] == ["price", "stock"]


def test_saying_the_same_again_changes_nothing_and_tells_nobody(
    mine: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    before = mine("get_own_product", product.id).body

    again, what = service.write(merchant.id, goods.content(product.category_id), by="usr_2", product_id=product.id)

    assert (again.id, what) == (product.id, "unchanged")
    assert mine("get_own_product", product.id).body == before


def test_skus_keep_their_ids_through_code_and_choice(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)
    red, blue = product.skus
    wanted = body(product.category_id)
    wanted["skus"] = [
        {"code": "T-B", "options": {"colour": "red"}, "price": {"amount": 1}},  # the code says which
        {"options": {"colour": "blue"}, "price": {"amount": 2}},  # that choice is taken by the code above
    ]

    mine("update_product", product.id, **wanted)

    now = mine("get_own_product", product.id).body["draft"]["content"]["skus"]
    assert now[0]["id"] == blue.id
    assert now[1]["id"] not in {red.id, blue.id}


def test_a_draft_in_review_that_is_changed_waits_no_longer(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.draft(merchant)
    mine("submit_product", product.id)

    answer = mine("update_product", product.id, **body(product.category_id, tags=["明前"]))

    assert answer.body["draft"] == "draft"
    assert staff("list_reviews").body["items"] == []


def test_somebody_who_read_an_older_draft_is_told(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.draft(merchant)
    revision = mine("get_own_product", product.id).body["revision"]
    first = mine("update_product", product.id, **body(product.category_id, tags=["a"], revision=revision))

    second = mine("update_product", product.id, **body(product.category_id, tags=["b"], revision=revision))

    assert (first.status, second.status, second.code) == (200, 409, "DraftChanged")


def test_a_trusted_merchants_next_version_is_on_sale_at_once(
    call: Callable[..., Answer], visitor: Callable[..., Answer]
) -> None:
    own = goods.merchant(Kind.SELF)
    product = goods.on_sale(own)

    answer = call(
        "update_product",
        goods.clerk(own),
        product.id,
        body(product.category_id, name={"en": "Longjing 2030"}, submit=True),
    )

    assert (answer.body["draft"], answer.body["version"]) == (None, 2)
    assert visitor("get_product", product.id, locale="en").body["name"] == "Longjing 2030"


def test_a_sku_that_is_gone_is_no_longer_offered_and_a_new_one_is(
    call: Callable[..., Answer], visitor: Callable[..., Answer]
) -> None:
    own = goods.merchant(Kind.SELF)
    product = goods.on_sale(own)
    skus = [{"code": "T-S", "options": {"colour": "red"}, "price": {"amount": 500}, "stock": 9}]

    call("update_product", goods.clerk(own), product.id, body(product.category_id, skus=skus, submit=True))

    (offer,) = visitor("get_offer", product.id).body["skus"]
    assert (offer["price"]["amount"], offer["state"]) == (500, "in_stock")
    assert offer["sku_id"] not in {sku.id for sku in product.skus}


def test_another_products_external_id_is_taken(mine: Callable[..., Answer], merchant: Merchant) -> None:
    other = goods.draft(merchant, external_id="TEA-01")
    product = goods.draft(merchant, external_id="TEA-02")

    taken = mine("update_product", product.id, **body(product.category_id, external_id="TEA-01"))
    renamed = mine("update_product", product.id, **body(product.category_id, external_id="TEA-03"))

    assert (taken.status, taken.code) == (409, "ExternalIdTaken")
    assert renamed.status == 200
    assert service.ids_of(merchant.id, ["TEA-01", "TEA-02", "TEA-03"]) == {"TEA-01": other.id, "TEA-03": product.id}


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    product = goods.draft(goods.merchant())

    answers = [mine("update_product", id, **body(product.category_id)) for id in (product.id, ABSENT)]

    assert {(answer.status, answer.code) for answer in answers} == {(404, "NoSuchProduct")}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_two_who_write_at_once_both_are_kept_one_after_the_other(
    merchant: Merchant, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    product = goods.draft(merchant)

    at_once(
        *(
            partial(
                service.write,
                merchant.id,
                goods.content(product.category_id, tags=(tag,)),
                by=tag,
                product_id=product.id,
            )
            for tag in "abc"
        ),
        seed=seed,
    )

    kept = service.own(merchant.id, product.id)
    assert kept.revision == 4
    assert kept.draft is not None
    assert kept.draft.content.tags in (["a"], ["b"], ["c"])


def test_a_document_that_says_the_stock_of_when_it_was_read_does_not_bring_back_what_was_sold(
    mine: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    red, blue = (sku.id for sku in product.skus)
    inventory.reserve("trd_1", "usr_1", [Wanted("ord_1", red, 4)], until=clock.now())
    skus = [
        {"code": "T-R", "options": {"colour": "red"}, "price": {"amount": 9900}, "stock": 10},
        {"code": "T-B", "options": {"colour": "blue"}, "price": {"amount": 9900}, "stock": 8},
    ]

    mine("update_product", product.id, **body(product.category_id, skus=skus))

    assert inventory.available([red, blue]) == {red: 6, blue: 8}
