"""What the mall itself adds to an authorized request: CPU milliseconds of verifying the token, dispatching, answering.

The view answers from memory, so no store has a part in it. Log lines and metrics are written, to nowhere.
"""

import contextlib
import os
import sys
from statistics import median
from time import process_time
from typing import Any

from moto import mock_aws
from pydantic import BaseModel

BATCHES = 9
REQUESTS = 200


def measure() -> float:
    """Milliseconds of CPU a request, the median of several batches."""
    os.environ.update(MALL_STAGE="bench", AWS_DEFAULT_REGION="us-east-1", AWS_REGION="us-east-1")
    os.environ.pop("AWS_ENDPOINT_URL", None)
    with mock_aws():
        return _measure()


def _measure() -> float:
    from mall import aws, tokens
    from mall.auth import SIGNED_IN, Caller
    from mall.http import Endpoint
    from mall.observability import logger
    from tests.fixtures.gateway import Context, request

    class Line(BaseModel):
        sku: str
        title: str
        amount: int
        cents: int

    class Order(BaseModel):
        id: str
        buyer: str
        lines: list[Line]

    app = Endpoint("bench.get_order")

    @app.route("/api/orders/{order_id}", access=SIGNED_IN)
    def get_order(order_id: str) -> Order:
        """Read an order from nowhere."""
        lines = [Line(sku=f"sku_{number}", title="A shoe", amount=1, cents=1990) for number in range(5)]
        return Order(id=order_id, buyer=app.caller.user_id, lines=lines)

    key = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    os.environ["MALL_KEY_ACCESS_TOKENS"] = key
    permissions = frozenset(f"orders.act_{number}" for number in range(20))
    token = tokens.issue(Caller("usr_1", "ses_1", frozenset({"operator"}), permissions))

    def one() -> None:
        caller = tokens.verify(token)
        event: dict[str, Any] = request("GET", "/api/orders/{order_id}", path={"order_id": "ord_1"}, caller=caller)
        answer = app(event, context)
        assert answer["statusCode"] == 200

    context = Context("bench.get_order")
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        handler = logger.registered_handler
        handler.setStream(nowhere)  # type: ignore[attr-defined]
        try:
            batches = [_batch(one) for _ in range(BATCHES + 1)][1:]
        finally:
            handler.setStream(sys.__stdout__)  # type: ignore[attr-defined]
    return median(batches)


def _batch(one: Any) -> float:
    started = process_time()
    for _ in range(REQUESTS):
        one()
    return (process_time() - started) * 1000 / REQUESTS
