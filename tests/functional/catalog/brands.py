"""Brands, added by the platform through the functions."""

import json
from collections.abc import Callable
from typing import Any

from mall.events.items import OutboxItem
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

NO_BRAND = "brd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ"


def create(invoke: Callable[..., Answer], **changes: Any) -> Answer:
    """Add a brand."""
    body = {"name": {"zh-CN": "清风", "en": "Breeze"}} | changes
    return invoke("catalog.create_brand", caller=goods.operator(), body=body)


def record(invoke: Callable[..., Answer], brand_id: str) -> Answer:
    """The record of a brand."""
    return invoke("catalog.get_brand_record", caller=goods.operator(), path={"brand_id": brand_id})


def update(invoke: Callable[..., Answer], brand_id: str, **body: Any) -> Answer:
    """Change a brand."""
    return invoke("catalog.update_brand", caller=goods.operator(), path={"brand_id": brand_id}, body=body)


def news(brand_id: str) -> list[str]:
    """What was told of a brand, oldest first."""
    return [json.loads(item.detail)["data"]["what"] for item in OutboxItem.query(brand_id)]
