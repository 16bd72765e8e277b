"""WeChat Pay (微信支付), API v3: a code to scan (`qr`, Native), and its page for phones (`wap`, H5).

The secret `payment-wechatpay` is {"mchid", "appid", "private_key", "cert_serial_no", "apiv3_key", "public_key",
"public_key_id"}: the merchant's key, and WeChat Pay's public key, with which it signs what it says (the mode that
replaces platform certificates). `gateway` in it names another address than WeChat Pay's own.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from wechatpayv3 import WeChatPay, WeChatPayType

from mall import clock, errors
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

_PATIENCE = (2, 8)
_FRESH_SECONDS = 300
_CHINA = timezone(timedelta(hours=8))
_SETTINGS = ("mchid", "appid", "private_key", "cert_serial_no", "apiv3_key", "public_key", "public_key_id")
_STANDINGS = {
    "SUCCESS": Standing.PAID,
    # It was paid and, by somebody there, sent back: nothing is left of it.
    "REFUND": Standing.CLOSED,
    "NOTPAY": Standing.PENDING,
    "USERPAYING": Standing.PENDING,
    "CLOSED": Standing.CLOSED,
    "REVOKED": Standing.CLOSED,
    "PAYERROR": Standing.FAILED,
}
_REFUNDS = {
    "SUCCESS": RefundOutcome.SUCCESS,
    "PROCESSING": RefundOutcome.PENDING,
    "CLOSED": RefundOutcome.FAILED,
    "ABNORMAL": RefundOutcome.FAILED,
}
_TRANSACTION = "TRANSACTION."


def make(given: Mapping[str, Any]) -> "WechatPay":
    """The adapter, with what its secret says."""
    return WechatPay(given)


class WechatPay:
    """See `port.Channel`."""

    name = "wechatpay"

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._mchid, self._appid, self._serial = str(given["mchid"]), str(given["appid"]), str(given["public_key_id"])
        self._client = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            timeout=_PATIENCE,
            **{name: str(given[name]) for name in _SETTINGS},
        )
        if given.get("gateway"):
            # The library knows one address only, and has no other way to name another.
            self._client._core._gate_way = str(given["gateway"])

    def start(self, charge: Charge) -> Started:
        """Ask for a code to scan, or for the address of the page for phones."""
        wanted: dict[str, Any] = {
            "description": charge.subject[:127],
            "out_trade_no": charge.attempt_id,
            "amount": {"total": charge.amount.cents, "currency": charge.amount.currency},
            "time_expire": charge.expires_at.astimezone(_CHINA).isoformat(timespec="seconds"),
            "notify_url": charge.notify_url,
        }
        if charge.method == "wap":
            scene = {"payer_client_ip": charge.source_ip or "127.0.0.1", "h5_info": {"type": "Wap"}}
            answer = self._begun(lambda: self._client.pay(pay_type=WeChatPayType.H5, scene_info=scene, **wanted))
            back = quote(charge.return_url, safe="")
            return Started({"kind": "redirect", "url": f"{answer['h5_url']}&redirect_url={back}"})
        answer = self._begun(lambda: self._client.pay(pay_type=WeChatPayType.NATIVE, **wanted))
        return Started({"kind": "qr", "url": answer["code_url"]})

    def query(self, attempt: Attempt) -> Report:
        """How the transaction stands there."""
        status, answer = self._asked(lambda: self._client.query(out_trade_no=attempt.id))
        if status == 404:
            return Report(attempt.id, Standing.ABSENT)
        if status != 200 or answer.get("out_trade_no") != attempt.id:
            raise ChannelUnavailable(channel=self.name, reason=str(answer.get("code", status)))
        return _report(answer)

    def close(self, attempt: Attempt) -> Report:
        """Close the transaction."""
        status, answer = self._asked(lambda: self._client.close(out_trade_no=attempt.id))
        if status in {200, 204}:
            return Report(attempt.id, Standing.CLOSED)
        # It was paid or closed before, or there is none: asking says which.
        after = self.query(attempt)
        if after.standing is Standing.PENDING:
            raise ChannelUnavailable(channel=self.name, reason=str(answer.get("code", status)))
        return after

    def refund(self, attempt: Attempt, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
        """Send money back."""
        amounts = {"refund": amount.cents, "total": attempt.amount.cents, "currency": amount.currency}
        status, answer = self._asked(
            lambda: self._client.refund(refund_no, amounts, out_trade_no=attempt.id, reason=reason[:80] or None)
        )
        return self._refunded(status, answer)

    def query_refund(self, attempt: Attempt, refund_no: str) -> RefundOutcome:
        """How the refund stands there."""
        return self._refunded(*self._asked(lambda: self._client.query_refund(refund_no)))

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a callback tells, decrypted."""
        self._prove(headers)
        try:
            told = self._client.callback(headers, body)
        except Exception as error:  # the library raises nothing more precise
            raise SignatureInvalid from error
        if not told:
            raise SignatureInvalid
        try:
            event_id, kind, resource = str(told["id"]), str(told["event_type"]), told["resource"]
            report = _report(resource) if kind.startswith(_TRANSACTION) else None
            problem = self._problem(resource)
        except (KeyError, TypeError, ValueError) as error:
            raise errors.Invalid("This is not a callback of WeChat Pay.") from error
        return Notice(self.name, event_id, kind, report, problem)

    def answer(self) -> tuple[str, str]:
        """What WeChat Pay wants to hear."""
        return "application/json", '{"code":"SUCCESS"}'

    def _prove(self, headers: Mapping[str, str]) -> None:
        """What the library does not look at: whose key it is (it would ask the network for another), and when."""
        moment = headers.get("wechatpay-timestamp", "")
        if headers.get("wechatpay-serial") != self._serial:
            raise SignatureInvalid
        if not moment.isdecimal() or abs(clock.timestamp() - int(moment)) > _FRESH_SECONDS:
            raise SignatureInvalid("This was signed too long ago.")

    def _problem(self, resource: Mapping[str, Any]) -> str:
        if resource.get("mchid") != self._mchid:
            return "seller"
        # A refund names no app.
        return "" if resource.get("appid", self._appid) == self._appid else "app"

    def _begun(self, ask: Callable[[], tuple[int, Any]]) -> dict[str, Any]:
        status, answer = self._asked(ask)
        if status != 200:
            raise ChannelRefused(reason=str(answer.get("code", status)))
        return answer

    def _refunded(self, status: int, answer: Mapping[str, Any]) -> RefundOutcome:
        if status == 404:
            return RefundOutcome(RefundOutcome.FAILED, "absent")
        if status != 200:
            return RefundOutcome(RefundOutcome.FAILED, str(answer.get("code", status)))
        return RefundOutcome(_REFUNDS[str(answer["status"])], "" if answer["status"] == "SUCCESS" else answer["status"])

    def _asked(self, ask: Callable[[], tuple[int, Any]]) -> tuple[int, dict[str, Any]]:
        """The status and content of an answer, its signature verified where it succeeded.

        Raises ChannelUnavailable for what says nothing about what was asked.
        """
        try:
            status, text = ask()
            answer = json.loads(text) if text else {}
        except Exception as error:  # the library raises nothing more precise, and so does a signature that is wrong
            raise ChannelUnavailable(channel=self.name) from error
        if status >= 500 or status in {401, 403, 429} or not isinstance(answer, dict):
            raise ChannelUnavailable(channel=self.name, status=status)
        return status, answer


def _report(told: Mapping[str, Any]) -> Report:
    standing = _STANDINGS[told["trade_state"]]
    paid = standing is Standing.PAID
    amount = told.get("amount") or {}
    return Report(
        told["out_trade_no"],
        standing,
        trade_no=str(told.get("transaction_id") or ""),
        amount=Money(int(amount["total"]), str(amount["currency"])) if paid else None,
        paid_at=datetime.fromisoformat(told["success_time"]).astimezone(UTC)
        if paid and told.get("success_time")
        else None,
        reason=str(told.get("trade_state_desc") or "") if standing is Standing.FAILED else "",
    )
