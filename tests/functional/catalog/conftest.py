"""Goods, and the people of a merchant and of the platform who work on them.

| fixture    | gives                                                                                     |
| ---------- | ----------------------------------------------------------------------------------------- |
| `merchant` | a merchant whose products are reviewed                                                    |
| `mine`     | `mine("submit_product", product_id)`: a clerk of that merchant does it                    |
| `staff`    | `staff("approve_product", product_id, revision=2)`: somebody of the platform does it      |
| `visitor`  | `visitor("get_product", product_id, locale="en")`: anybody does it                        |
| `passing`  | `with passing(days=1):` the mall's clock stands still, that much later                    |
"""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mall import clock
from mall.auth import Caller
from mall.merchants.model import Merchant
from tests.fixtures import goods, stacks
from tests.fixtures.gateway import Answer

ABSENT = "prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ"
NO_CATEGORY = "cat_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ"
BODY: dict[str, Any] = {
    "name": {"zh-CN": "西湖龙井", "en": "West Lake Longjing"},
    "attributes": {"origin": "杭州"},
    "skus": [
        {"code": "T-R", "options": {"colour": "red"}, "price": {"amount": 12800}, "stock": 10},
        {"code": "T-B", "options": {"colour": "Blue"}, "price": {"amount": 13800}, "stock": 3},
    ],
}


def body(category_id: str, **changes: Any) -> dict[str, Any]:
    """What a merchant's program sends of a tea in two colours of tin."""
    return {"category_id": category_id} | BODY | changes


@pytest.fixture
def merchant(aws: stacks.Mall) -> Merchant:
    """A merchant whose products are reviewed."""
    return goods.merchant()


@pytest.fixture
def call(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask for an operation on a product as somebody."""

    def ask(name: str, caller: Caller, product_id: str | None, said: dict[str, Any]) -> Answer:
        path = None if product_id is None else {"product_id": product_id}
        return invoke(f"catalog.{name}", caller=caller, path=path, body=said or None)

    return ask


@pytest.fixture
def mine(call: Callable[..., Answer], merchant: Merchant) -> Callable[..., Answer]:
    """Ask as a clerk of `merchant`."""
    clerk = goods.clerk(merchant)
    return lambda name, product_id=None, /, **said: call(name, clerk, product_id, said)


@pytest.fixture
def staff(call: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask as somebody of the platform."""
    operator = goods.operator()
    return lambda name, product_id=None, /, **said: call(name, operator, product_id, said)


@pytest.fixture
def visitor(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask as anybody."""
    return lambda name, product_id, /, **query: invoke(
        f"catalog.{name}", path={"product_id": product_id}, query=query or None
    )


@pytest.fixture
def passing() -> Callable[..., AbstractContextManager[None]]:
    """Let time pass."""
    return lambda **time: clock.at(clock.now() + timedelta(**time))


@pytest.fixture
def manage(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask for an operation on a category as somebody of the platform."""

    def ask(name: str, category_id: str | None = None, /, **said: Any) -> Answer:
        path = None if category_id is None else {"category_id": category_id}
        return invoke(f"catalog.{name}", caller=goods.operator(), path=path, body=said or None)

    return ask


@pytest.fixture
def add(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Add a category, as a root called Tea unless said otherwise; `key` is the Idempotency-Key."""
    operator = goods.operator()

    def ask(key: str | None = None, **changes: Any) -> Answer:
        said = {"name": {"zh-CN": "茶", "en": "Tea"}} | changes
        headers = {"Idempotency-Key": key} if key else None
        return invoke("catalog.create_category", caller=operator, body=said, headers=headers)

    return ask


@pytest.fixture
def job(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask how far a move or merge is."""
    return lambda id: invoke("catalog.get_category_job", caller=goods.operator(), path={"job_id": id})


@pytest.fixture
def work(run: Callable[..., Any]) -> Callable[[str], Any]:
    """Have a move or merge worked on, as its queue does."""
    sample = json.loads((Path(__file__).parents[3] / "events/catalog/work_category_job.json").read_text())

    def take(job_id: str) -> Any:
        record = sample["Records"][0] | {"body": json.dumps({"job_id": job_id})}
        return run("catalog.work_category_job", {"Records": [record]})

    return take
