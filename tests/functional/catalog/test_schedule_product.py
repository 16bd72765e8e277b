"""Saying when a product is on sale."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from mall import clock
from mall.catalog.products import service
from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

Passing = Callable[..., AbstractContextManager[None]]


def in_(**time: float) -> str:
    return (clock.now() + timedelta(**time)).isoformat()


def test_it_leaves_now_and_comes_back_at_its_time(
    mine: Callable[..., Answer], merchant: Merchant, passing: Passing, run: Callable[..., Any]
) -> None:
    product = goods.on_sale(merchant)

    answer = mine("schedule_product", product.id, on_sale_from=in_(days=1), on_sale_until=in_(days=3))

    assert (answer.status, answer.body["live"]) == (200, "approved")
    states = []
    for days in (0.5, 1.5, 2.5, 3.5):
        with passing(days=days):
            run("catalog.apply_schedules", {})
            states.append(mine("get_own_product", product.id).body["live"]["state"])
    assert states == ["approved", "on_sale", "on_sale", "off_sale"]


def test_the_draft_keeps_the_new_times_too(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    content = goods.content(product.category_id, tags=("x",))
    service.write(merchant.id, content, by="usr_1", product_id=product.id)
    until = in_(days=3)

    mine("schedule_product", product.id, on_sale_until=until)

    draft = mine("get_own_product", product.id).body["draft"]["content"]
    assert datetime.fromisoformat(draft["on_sale_until"]) == datetime.fromisoformat(until)


def test_a_repetition_changes_nothing(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product, until = goods.on_sale(merchant), in_(days=3)

    first, again = (mine("schedule_product", product.id, on_sale_until=until) for _ in "12")

    assert first.body == again.body


def test_no_times_mean_always(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    mine("schedule_product", product.id, on_sale_from=in_(days=1))

    assert mine("schedule_product", product.id, on_sale_from=None).body["live"] == "on_sale"


def test_times_without_sense_are_refused(mine: Callable[..., Answer], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)

    over = mine("schedule_product", product.id, on_sale_until=in_(days=-1))
    reversed_ = mine("schedule_product", product.id, on_sale_from=in_(days=2), on_sale_until=in_(days=1))
    nowhere = mine("schedule_product", product.id, on_sale_from="2030-01-01T00:00:00")

    assert (over.status, over.code) == (409, "NothingToSell")
    assert (reversed_.status, reversed_.code, nowhere.code) == (400, "Invalid", "Invalid")


def test_what_is_held_or_was_never_approved_has_no_times(
    mine: Callable[..., Answer], staff: Callable[..., Answer], merchant: Merchant
) -> None:
    held = goods.on_sale(merchant)
    staff("take_product_down", held.id, reason="fake")

    assert mine("schedule_product", held.id, on_sale_from=in_(days=1)).code == "HeldByPlatform"
    assert mine("schedule_product", goods.draft(merchant).id, on_sale_from=in_(days=1)).code == "NotApproved"


def test_what_belongs_to_another_is_not_found(mine: Callable[..., Answer]) -> None:
    assert mine("schedule_product", goods.on_sale().id, on_sale_from=in_(days=1)).code == "NoSuchProduct"
