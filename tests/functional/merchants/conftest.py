"""Merchants, taken in through the functions, and the platform's people who look after them."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.auth import Caller
from mall.events.items import OutboxItem
from tests.fixtures.gateway import Answer

ABSENT = "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ00"
PEOPLE = {
    "merchants.list_merchants",
    "merchants.get_record",
    "merchants.create_merchant",
    "merchants.update_merchant",
    "merchants.suspend_merchant",
    "merchants.resume_merchant",
    "merchants.close_merchant",
}


def tea_house(**changes: Any) -> dict[str, Any]:
    """The body of a new merchant."""
    return {"kind": "company", "name": {"zh-CN": "山泉茶行", "en": "Tea House"}, "slug": "tea-house"} | changes


def names(merchant_id: str) -> list[tuple[str, str]]:
    """The news of a merchant, oldest first: what changed, and its state."""
    found = [json.loads(item.detail)["data"] for item in OutboxItem.query(merchant_id)]
    return [(data["what"], data["state"]) for data in found]


@pytest.fixture
def operator() -> Caller:
    """Who looks after merchants, and nothing else."""
    return Caller(ids.new("usr", slot=3), ids.new("ses"), frozenset({"operator"}), frozenset(PEOPLE))


@pytest.fixture
def create(invoke: Callable[..., Answer], operator: Caller) -> Callable[..., Any]:
    """Take a merchant in and give its record."""
    numbers = itertools.count(1)

    def make(**changes: Any) -> Any:
        answer = invoke(
            "merchants.create_merchant", caller=operator, body=tea_house(slug=f"house-{next(numbers)}") | changes
        )
        assert answer.status == 201, answer.body
        return answer.body

    return make


@pytest.fixture
def act(invoke: Callable[..., Answer], operator: Caller) -> Callable[..., Answer]:
    """Do `suspend`, `resume`, `close`, `update` or `get_record` to a merchant."""

    def call(verb: str, merchant_id: str, **body: Any) -> Answer:
        name = verb if "_" in verb else f"{verb}_merchant"
        return invoke(f"merchants.{name}", caller=operator, path={"merchant_id": merchant_id}, body=body or None)

    return call
