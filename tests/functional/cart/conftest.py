"""What the tests of carts have in common."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from mall.catalog.products.model import Product
from mall.quotes.model import Wish
from tests.fixtures import stacks


def wish(product: Product, number: int = 0, quantity: int = 1) -> Wish:
    """Some of a product's SKU."""
    return Wish(product.skus[number].id, product.id, quantity)


def line(product: Product, number: int = 0, quantity: int = 1) -> dict[str, Any]:
    """The body that puts some of a product's SKU into a cart."""
    return {"product_id": product.id, "sku_id": product.skus[number].id, "quantity": quantity}


def trade_opened(user_id: str, lines: dict[str, int], *, id: str = "evt_1", source: str = "cart") -> dict[str, Any]:
    """The queue's batch with one message that a trade was opened."""
    detail = {
        "id": id,
        "version": 1,
        "aggregate": "trd_1",
        "sequence": 1,
        "occurred_at": "2030-01-01T00:00:00+00:00",
        "data": {
            "trade_id": "trd_1",
            "user_id": user_id,
            "source": source,
            "lines": [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in lines.items()],
        },
    }
    body = {"detail-type": "orders.TradeOpened", "source": "mall.orders", "detail": detail}
    return {
        "Records": [
            {"messageId": "1", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:q", "body": json.dumps(body)}
        ]
    }


@pytest.fixture
def calls(aws: stacks.Mall) -> Iterator[Callable[[], list[str]]]:
    """The calls to DynamoDB since the last time it was asked for them."""
    made: list[str] = []
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            made.append(operation)
        return call(client, operation, arguments)

    def taken() -> list[str]:
        found = list(made)
        made.clear()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", counted)
        yield taken
