"""The mall as a merchant of the sandbox: what only who shares the key with it may ask of it."""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

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

    def switch(self, attempt: dict[str, Any], **switches: Any) -> None:
        """Have it do something on purpose with one payment."""
        wanted = {"out_trade_no": attempt["attempt_id"], **switches}
        reply = self.ask("PUT", "/api/sandbox/switches", wanted)
        assert reply.status == 200, reply.body

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
