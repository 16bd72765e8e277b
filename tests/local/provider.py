"""The mall as a merchant of the sandbox: what only who shares the key with it may ask of it."""

import csv
import hashlib
import hmac
import io
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.hosted import HostedPage
from infra.local.state import STAGE
from infra.local.visitor import Reply
from tests.local.conftest import LocalMall


class Sandbox:
    """Requests to the sandbox, signed with the key that it shares with the deployed mall."""

    def __init__(self, mall: LocalMall) -> None:
        self._visitor = mall.visitor
        key = mall.client("secretsmanager").get_secret_value(SecretId=f"{STAGE}/payment-sandbox")["SecretString"]
        self._key = str(key).encode()

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """A signed request of the merchant."""
        content = b"" if body is None else json.dumps(body).encode()
        moment, nonce = str(int(time.time())), uuid.uuid4().hex[:16]
        lines = (method, path, moment, nonce, hashlib.sha256(content).hexdigest())
        headers = {
            "Sandbox-Merchant": "mall",
            "Sandbox-Time": moment,
            "Sandbox-Nonce": nonce,
            "Sandbox-Signature": self._sign("\n".join(lines)),
        }
        return self._visitor.call(method, path, body, headers=headers)

    def create(self, amount: int) -> dict[str, Any]:
        """A payment that the merchant asks for, whose callback goes nowhere."""
        wanted = {
            "out_trade_no": uuid.uuid4().hex,
            "amount": amount,
            "currency": "CNY",
            "subject": "a test",
            "notify_url": "http://127.0.0.1:9/nowhere",
            "return_url": "http://127.0.0.1:9/nowhere",
            "expires_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
        }
        reply = self.ask("POST", "/api/sandbox/payments", wanted)
        assert reply.status == 201, reply.body
        # Nobody is there to hear of it: nothing is to be told, along a ladder of days.
        self.switch({"attempt_id": wanted["out_trade_no"]}, callbacks="lost")
        return dict(reply.body)

    def decide(self, pay_url: str) -> None:
        """Pay on a page, as its buyer."""
        HostedPage(self._visitor, pay_url).press("pay")

    def payment(self, attempt: dict[str, Any]) -> dict[str, Any]:
        """What it knows of the payment of an attempt."""
        return dict(self.ask("GET", f"/api/sandbox/payments/{attempt['attempt_id']}").body)

    def refund(self, attempt: dict[str, Any], number: str) -> dict[str, Any]:
        """What it knows of a refund."""
        return dict(self.ask("GET", f"/api/sandbox/payments/{attempt['attempt_id']}/refunds/{number}").body)

    def bill(self, day: str) -> list[dict[str, str]]:
        """The lines of its bill of a day."""
        return list(csv.DictReader(io.StringIO(self.ask("GET", f"/api/sandbox/bills/{day}").text)))

    def switch(self, attempt: dict[str, Any], **switches: Any) -> None:
        """Have it do something on purpose with one payment."""
        wanted = {"out_trade_no": attempt["attempt_id"], **switches}
        reply = self.ask("PUT", "/api/sandbox/switches", wanted)
        assert reply.status == 200, reply.body

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
