"""Beginning and ending what is due."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import boto3

from mall import clock, config
from mall.merchants.model import Kind
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

Passing = Callable[..., AbstractContextManager[None]]


def test_what_is_over_is_taken_off_sale_and_everybody_told(
    run: Callable[..., Any], visitor: Callable[..., Answer], passing: Passing
) -> None:
    product = goods.on_sale(on_sale_until=clock.now() + timedelta(hours=1))

    with passing(hours=2):
        assert run("catalog.apply_schedules", {}) == {"products": 1}

    assert visitor("get_product", product.id).status == 404
    assert goods.news("catalog.ProductTakenDown")[-1]["reason"] == "schedule"


def test_what_is_done_is_not_done_again(run: Callable[..., Any], passing: Passing) -> None:
    goods.on_sale(on_sale_until=clock.now() + timedelta(hours=1))

    with passing(hours=2):
        assert [run("catalog.apply_schedules", {})["products"] for _ in "12"] == [1, 0]


def test_what_is_not_due_waits(run: Callable[..., Any]) -> None:
    goods.on_sale(on_sale_until=clock.now() + timedelta(hours=1))

    assert run("catalog.apply_schedules", {}) == {"products": 0}


def test_one_that_fails_keeps_no_other_waiting(run: Callable[..., Any], passing: Passing) -> None:
    owner, category, soon = goods.merchant(Kind.SELF), goods.category().id, clock.now() + timedelta(hours=1)
    broken, sound = (goods.on_sale(owner, category, on_sale_until=soon + timedelta(seconds=n)) for n in (0, 1))
    boto3.client("dynamodb").delete_item(
        TableName=config.table("products"), Key={"id": {"S": broken.id}, "part": {"S": "live"}}
    )

    with passing(hours=2):
        assert run("catalog.apply_schedules", {}) == {"products": 1}

    assert [told["product_id"] for told in goods.news("catalog.ProductTakenDown")] == [sound.id]
