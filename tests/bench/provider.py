"""The provider of payments in the measurement of a purchase: another company, whose work is not ours to count.

A server in a thread of its own answers what the mall's adapter asks over HTTP, as `functions/sandbox` does, and
`callback` is what the provider then sends: both by the sandbox's own rules and signature.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mall import clock, ids
from mall.money import Money
from mall.sandbox import model


class Provider:
    """What the mall asked for so far, by its own numbers."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._asked: dict[str, dict[str, Any]] = {}

    def create(self, form: dict[str, Any]) -> dict[str, Any]:
        """Keep a payment that the mall asks for, and say where it is paid."""
        self._asked[form["out_trade_no"]] = form
        told = {name: form[name] for name in ("out_trade_no", "amount", "currency")}
        pay_url = f"https://sandbox.example/pay/{form['out_trade_no']}"
        return told | {"trade_no": ids.new("sbt"), "status": "waiting", "refunded": 0, "reason": "", "pay_url": pay_url}

    def callback(self, out_trade_no: str) -> tuple[dict[str, str], str]:
        """The headers and the body by which the provider says that the payment has been paid."""
        form, now = self._asked[out_trade_no], clock.now()
        paid = model.Payment(
            id="sbp_measured",
            merchant_id="mall",
            out_trade_no=out_trade_no,
            trade_no=ids.new("sbt"),
            amount=Money(form["amount"], form["currency"]),
            subject=form["subject"],
            notify_url=form["notify_url"],
            return_url=form["return_url"],
            status=model.Status.PAID,
            created_at=now,
            expires_at=now,
            paid_at=now,
        )
        told = model.callbacks(paid, model.Switches(), event_id=ids.new("sbe"), at=now)[0].content
        body, moment = json.dumps(told, separators=(",", ":")), str(clock.timestamp())
        signature = hmac.new(self._key, f"{moment}\n{body}".encode(), hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "Sandbox-Time": moment, "Sandbox-Signature": signature}, body


@contextmanager
def serving(provider: Provider) -> Iterator[str]:
    """The address at which the provider answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(provider.create(form)).encode()
            self.send_response(201)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
