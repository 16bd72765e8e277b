"""A merchant of the sandbox, who signs as its documentation says, without any of the mall's code."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from moto.backends import get_backend

from mall import clock, config
from tests.fixtures import stacks
from tests.fixtures.aws import function
from tests.fixtures.gateway import Answer
from tests.fixtures.paying import batch

FORM = {
    "out_trade_no": "order-20300101-1",
    "amount": 9_990,
    "currency": "CNY",
    "subject": "Two <teapots>",
    "notify_url": "http://127.0.0.1:9/callback",
    "return_url": "https://shop.example/back?order=1",
    "expires_at": "2031-01-01T00:30:00+00:00",
}


@dataclass
class Merchant:
    """The merchant, its key, and the functions of the sandbox."""

    invoke: Callable[..., Answer]
    run: Callable[..., Any]
    key: str

    def call(self, operation: str, body: Any = None, *, ago: int = 0, **options: Any) -> Answer:
        """A signed request; `path` in `options` names the parameters of the operation's path."""
        pattern = function(operation).app.operation
        address = pattern.path
        for name, value in options.get("path", {}).items():
            address = address.replace(f"{{{name}}}", value)
        text = "" if body is None else json.dumps(body)
        moment, nonce = str(clock.timestamp() - ago), secrets.token_hex(8)
        lines = "\n".join((pattern.method, address, moment, nonce, hashlib.sha256(text.encode()).hexdigest()))
        headers = {
            "Sandbox-Merchant": "mall",
            "Sandbox-Time": moment,
            "Sandbox-Nonce": nonce,
            "Sandbox-Signature": hmac.new(self.key.encode(), lines.encode(), hashlib.sha256).hexdigest(),
        } | options.pop("headers", {})
        return self.invoke(operation, body=text or None, headers=headers, **options)

    def create(self, **changes: Any) -> Any:
        """A payment; its view."""
        answer = self.call("sandbox.create_payment", FORM | changes)
        assert answer.status == 201, answer
        return answer.body

    def page(self, payment: Any) -> dict[str, str]:
        """The path of a payment's page."""
        return {"payment_id": payment["pay_url"].rpartition("/")[2]}

    def decide(self, payment: Any, decision: str = "pay") -> Answer:
        """Press a button on the page."""
        return self.invoke(
            "sandbox.decide_payment",
            path=self.page(payment),
            body=f"decision={decision}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

    def paid(self, **changes: Any) -> Any:
        """A payment that is paid."""
        payment = self.create(**changes)
        assert self.decide(payment).status == 303
        return payment

    def refund(self, payment: Any, number: str, amount: int, **changes: Any) -> Answer:
        """Ask for a refund."""
        form = {"refund_no": number, "amount": amount, "currency": "CNY"} | changes
        return self.call("sandbox.create_refund", form, path={"out_trade_no": payment["out_trade_no"]})

    def queued(self) -> list[tuple[int, Any]]:
        """What waits in the queue of callbacks: for how many seconds, and what."""
        now = int(time.time() * 1000)
        return [
            (max(0, round((message.delayed_until - now) / 1000)), json.loads(message.body))
            for message in self._queue()._messages
        ]

    def deliver(self, message: Any) -> None:
        """Let the queue, which holds nothing else then, hand a callback to its function."""
        self._queue()._messages.clear()
        assert self.run("sandbox.deliver_callback", batch(message)) == {"batchItemFailures": []}

    def _queue(self) -> Any:
        name = config.queue("sandbox-callbacks").rpartition("/")[2]
        return get_backend("sqs")[stacks.ACCOUNT][stacks.REGION].queues[name]


@pytest.fixture
def merchant(invoke: Callable[..., Answer], run: Callable[..., Any]) -> Merchant:
    """The merchant."""
    return Merchant(invoke, run, config.secret("payment-sandbox"))
