"""A merchant's own labels."""

from typing import Any

from mall.merchants.model import Merchant
from tests.fixtures import goods


def test_a_merchant_begins_with_none(mine: Any) -> None:
    assert mine("list_labels").body == {"items": [], "version": 0}


def test_each_merchant_sees_its_own(mine: Any, invoke: Any, merchant: Merchant) -> None:
    mine("change_labels", labels=[{"name": {"en": "New arrivals"}}], version=0)
    rival = goods.clerk(goods.merchant())

    assert [label["name"] for label in mine("list_labels").body["items"]] == [{"en": "New arrivals"}]
    assert invoke("catalog.list_labels", caller=rival).body == {"items": [], "version": 0}


def test_the_platform_has_none(invoke: Any) -> None:
    assert invoke("catalog.list_labels", caller=goods.operator()).status == 403
