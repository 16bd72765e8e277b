"""The sandbox: a provider of payments with no money in it, which is asked over HTTP like any other.

Requests and callbacks are signed with HMAC-SHA256 under the key that merchant and provider share, the secret
`payment-sandbox`. A request signs its method, path, time, nonce and body; a callback its time and body.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import urllib3

from mall import clock, config, errors
from mall.money import Money
from mall.payments.channels.port import Charge, Started
from mall.payments.model import (
    Attempt,
    ChannelRefused,
    ChannelUnavailable,
    Notice,
    RefundOutcome,
    Report,
    SignatureInvalid,
    Standing,
)

MERCHANT = "mall"
_PATIENCE = urllib3.Timeout(connect=2, read=8)
_FRESH = timedelta(minutes=5)
_STANDINGS = {
    "waiting": Standing.PENDING,
    "paid": Standing.PAID,
    "failed": Standing.FAILED,
    "closed": Standing.CLOSED,
}
_REFUNDS = {
    "succeeded": RefundOutcome.SUCCESS,
    "pending": RefundOutcome.PENDING,
    "failed": RefundOutcome.FAILED,
}


def make(given: Mapping[str, Any]) -> "Sandbox":
    """The adapter, with what its secret says."""
    return Sandbox(lambda: config.parameter("api-origin"), str(given["key"]))


class Sandbox:
    """See `port.Channel`."""

    name = "sandbox"

    def __init__(self, origin: Callable[[], str], key: str) -> None:
        self._origin = origin
        self._key = key.encode()
        self._http = urllib3.PoolManager(timeout=_PATIENCE, retries=False)

    def start(self, charge: Charge) -> Started:
        """Begin a payment; the buyer goes on at the provider's page."""
        status, answer = self._call(
            "POST",
            "/api/sandbox/payments",
            {
                "out_trade_no": charge.attempt_id,
                "amount": charge.amount.cents,
                "currency": charge.amount.currency,
                "subject": charge.subject,
                "notify_url": charge.notify_url,
                "return_url": charge.return_url,
                "expires_at": charge.expires_at.isoformat(),
            },
        )
        if status >= 400:
            raise ChannelRefused(reason=str(answer.get("Code", status)))
        return Started({"kind": "redirect", "url": answer["pay_url"]}, str(answer["trade_no"]))

    def query(self, attempt: Attempt) -> Report:
        """How the payment stands there."""
        return self._report(attempt, *self._call("GET", f"/api/sandbox/payments/{quote(attempt.id)}"))

    def close(self, attempt: Attempt) -> Report:
        """Let nobody pay it any more."""
        return self._report(attempt, *self._call("POST", f"/api/sandbox/payments/{quote(attempt.id)}/close"))

    def refund(self, attempt: Attempt, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
        """Send money back."""
        path = f"/api/sandbox/payments/{quote(attempt.id)}/refunds"
        body = {"refund_no": refund_no, "amount": amount.cents, "currency": amount.currency, "reason": reason[:200]}
        return self._refund(*self._call("POST", path, body))

    def query_refund(self, attempt: Attempt, refund_no: str) -> RefundOutcome:
        """How the refund stands there."""
        path = f"/api/sandbox/payments/{quote(attempt.id)}/refunds/{quote(refund_no)}"
        return self._refund(*self._call("GET", path))

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a callback tells."""
        self._prove(headers, body)
        try:
            told = json.loads(body)
            number, status = str(told["out_trade_no"]), _STANDINGS[told["status"]]
            report = Report(
                number,
                status,
                trade_no=str(told["trade_no"]),
                amount=Money(told["amount"], told["currency"]) if status is Standing.PAID else None,
                paid_at=_moment(told.get("paid_at")),
                reason=str(told.get("reason") or ""),
            )
            problem = "" if told["merchant_id"] == MERCHANT else "seller"
            return Notice(self.name, str(told["event_id"]), str(told["status"]), report, problem)
        except (KeyError, TypeError, ValueError) as error:
            raise errors.Invalid("This is not a callback of the sandbox.") from error

    def answer(self) -> tuple[str, str]:
        """What the provider wants to hear."""
        return "text/plain", "success"

    def _prove(self, headers: Mapping[str, str], body: bytes) -> None:
        moment = headers.get("sandbox-time", "")
        given = headers.get("sandbox-signature", "").encode()
        signed = hmac.new(self._key, moment.encode() + b"\n" + body, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest(given, signed):
            raise SignatureInvalid
        # An old callback that somebody kept tells nothing new, but its sender is not who it was.
        if not moment.isdecimal() or abs(clock.timestamp() - int(moment)) > _FRESH.total_seconds():
            raise SignatureInvalid("This was signed too long ago.")

    def _call(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        body = b"" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        moment, nonce = str(clock.timestamp()), secrets.token_hex(8)
        lines = (method, path, moment, nonce, hashlib.sha256(body).hexdigest())
        headers = {
            "Content-Type": "application/json",
            "Sandbox-Merchant": MERCHANT,
            "Sandbox-Time": moment,
            "Sandbox-Nonce": nonce,
            "Sandbox-Signature": hmac.new(self._key, "\n".join(lines).encode(), hashlib.sha256).hexdigest(),
        }
        try:
            answer = self._http.request(method, self._origin() + path, body=body or None, headers=headers)
            told = json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise ChannelUnavailable(channel=self.name) from error
        # Our own mistake, or theirs: in neither case do we know anything about the payment.
        if answer.status >= 500 or answer.status in {401, 403, 429}:
            raise ChannelUnavailable(channel=self.name, status=answer.status)
        return answer.status, told

    def _report(self, attempt: Attempt, status: int, answer: Mapping[str, Any]) -> Report:
        if status == 404:
            return Report(attempt.id, Standing.ABSENT)
        if status >= 400 or answer.get("status") not in _STANDINGS:
            raise ChannelUnavailable(channel=self.name, status=status)
        standing = _STANDINGS[answer["status"]]
        return Report(
            attempt.id,
            standing,
            trade_no=str(answer["trade_no"]),
            amount=Money(answer["amount"], answer["currency"]) if standing is Standing.PAID else None,
            paid_at=_moment(answer.get("paid_at")),
            reason=str(answer.get("reason") or ""),
        )

    def _refund(self, status: int, answer: Mapping[str, Any]) -> RefundOutcome:
        if status >= 400:
            return RefundOutcome(RefundOutcome.FAILED, str(answer.get("Code", status)))
        return RefundOutcome(_REFUNDS[answer["status"]], str(answer.get("reason") or ""))


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
