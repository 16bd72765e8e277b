"""The copy of one's data: the cart."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from mall import clock, config, ids
from mall.users.model import AccountClosed
from tests.fixtures import baskets, people
from tests.functional.cart.conftest import Client

pytestmark = pytest.mark.usefixtures("aws")


def test_what_is_in_ones_cart_is_a_part_of_the_copy(run: Callable[..., Any], lin: Client) -> None:
    lin.caller = people.with_account()
    tea, export_id = baskets.on_sale(), ids.new("exp")
    with clock.at(datetime(2030, 1, 1, tzinfo=UTC)):
        lin.add(tea, 1, 2)
        lin.change(tea, 1, note="Gift, please", saved=True)

    run("cart.export_cart", {"user_id": lin.caller.user_id, "export_id": export_id})

    key = f"exports/{lin.caller.user_id}/{export_id}/cart.json"
    stored = boto3.client("s3").get_object(Bucket=config.bucket("exports"), Key=key)["Body"].read()
    assert json.loads(stored) == {
        "lines": [
            {
                "sku_id": tea.skus[1].id,
                "product_id": tea.id,
                "name": {"zh-CN": "西湖龙井", "en": "West Lake Longjing"},
                "quantity": 2,
                "selected": False,
                "saved": True,
                "added_at": "2030-01-01T00:00:00+00:00",
            }
        ],
        "notes": {tea.merchant_id: "Gift, please"},
    }


def test_whoever_has_no_cart_gets_an_empty_one(run: Callable[..., Any]) -> None:
    me, export_id = people.with_account().user_id, ids.new("exp")

    run("cart.export_cart", {"user_id": me, "export_id": export_id})

    stored = boto3.client("s3").get_object(Bucket=config.bucket("exports"), Key=f"exports/{me}/{export_id}/cart.json")
    assert json.loads(stored["Body"].read()) == {"lines": [], "notes": {}}


def test_nothing_is_copied_for_a_closed_account(run: Callable[..., Any]) -> None:
    me = people.with_account()
    people.close(me)

    with pytest.raises(AccountClosed):
        run("cart.export_cart", {"user_id": me.user_id, "export_id": ids.new("exp")})

    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=config.bucket("exports"))
