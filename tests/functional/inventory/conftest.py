"""A merchant's stock, and the people who work on it.

| fixture   | gives                                                                                |
| --------- | ------------------------------------------------------------------------------------ |
| `shop`    | a merchant; `shop.sku(10)` is a SKU of which it has ten                              |
| `mine`    | `mine("adjust_stock", sku_id, quantity=-1, reason="broken")`: a clerk of it does it  |
| `shopper` | `shopper("add_restock_notice", sku_id)`: somebody who is signed in does it           |
| `deliver` | `deliver("on_order_paid", order_id, data)`: the queue brings an event                |
| `watch`   | `watch()`: the stream delivers what changed in the table since the last time         |
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from mall import config, ids
from mall.auth import Caller
from mall.users.model import BUILT_IN_ROLES
from tests.fixtures import people, stacks
from tests.fixtures.gateway import Answer
from tests.functional.inventory import shelves

EVENTS = Path(__file__).parents[3] / "events" / "inventory"


@dataclass(frozen=True)
class Shop:
    """A merchant with stock."""

    id: str = field(default_factory=lambda: ids.new("mch", slot=ids.random_slot()))

    def sku(self, available: int = 10) -> str:
        """A SKU of which there are so many."""
        return shelves.sku(available, merchant_id=self.id)

    @property
    def clerk(self) -> Caller:
        """Somebody who works for the merchant."""
        permissions = BUILT_IN_ROLES["merchant_clerk"].permissions
        return Caller(user_id=ids.new("usr", slot=1), merchant_id=self.id, permissions=permissions)


@pytest.fixture
def shop(aws: stacks.Mall) -> Shop:
    """A merchant."""
    return Shop()


@pytest.fixture
def mine(invoke: Callable[..., Answer], shop: Shop) -> Callable[..., Answer]:
    """Ask as a clerk of `shop`; `key` is the Idempotency-Key, `query` what the address says."""
    clerk = shop.clerk

    def ask(
        name: str, sku_id: str | None = None, /, *, key: str | None = None, query: Any = None, **said: Any
    ) -> Answer:
        return invoke(
            f"inventory.{name}",
            caller=clerk,
            path={"sku_id": sku_id} if sku_id else None,
            query=query,
            body=said or None,
            headers={"Idempotency-Key": key} if key else None,
        )

    return ask


@pytest.fixture
def shopper(invoke: Callable[..., Answer]) -> Callable[..., Answer]:
    """Ask as somebody who is signed in; `by` as somebody else."""
    somebody = people.customer()

    def ask(name: str, sku_id: str | None = None, /, *, by: Caller = somebody, query: Any = None) -> Answer:
        path = {"product_id": shelves.PRODUCT, "sku_id": sku_id} if sku_id else None
        return invoke(f"inventory.{name}", caller=by, path=path, query=query)

    return ask


@pytest.fixture
def deliver(run: Callable[..., Any]) -> Callable[..., Any]:
    """Bring an event to a consumer as its queue does."""

    def bring(name: str, aggregate: str, **data: Any) -> Any:
        sample = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
        envelope = json.loads(sample["Records"][0]["body"])
        envelope["detail"]["aggregate"] = aggregate
        envelope["detail"]["data"] |= data
        sample["Records"][0]["body"] = json.dumps(envelope)
        return run(f"inventory.{name}", sample)

    return bring


@pytest.fixture
def watch(run: Callable[..., Any]) -> Callable[[], Any]:
    """Deliver what the stream of the stock table has to tell since the last time."""
    seen = 0

    def deliver() -> Any:
        nonlocal seen
        records = stream()[seen:]
        seen += len(records)
        return run("inventory.watch_levels", {"Records": records}) if records else None

    return deliver


def stream() -> list[dict[str, Any]]:
    """All that the stream of the stock table holds, as Lambda gets it."""
    streams = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName=config.table("stock"))["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    found: list[dict[str, Any]] = streams.get_records(ShardIterator=start["ShardIterator"], Limit=1000)["Records"]
    return [record for record in found if record["dynamodb"]["Keys"]["id"]["S"].startswith("sku_")]
