"""The news that a trade was opened, as its queue delivers it."""

import json
from typing import Any


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
