"""Alipay (支付宝): its page for computers (`page`), for phones (`wap`), and a code to scan (`qr`).

The secret `payment-alipay` is {"app_id", "seller_id", "private_key", "alipay_public_key"} with keys as PEM; `gateway`
in it names another address than Alipay's own (its sandbox, say). Amounts are yuan with two digits, times are those of
China, whatever the clock of the function says.
"""

import binascii
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

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

_GATEWAY = "https://openapi.alipay.com/gateway.do"
_PATIENCE_SECONDS = 8
_CHINA = timezone(timedelta(hours=8))
_STANDINGS = {
    "WAIT_BUYER_PAY": Standing.PENDING,
    "TRADE_SUCCESS": Standing.PAID,
    "TRADE_FINISHED": Standing.PAID,
    "TRADE_CLOSED": Standing.CLOSED,
}
_GOOD = "10000"
_ABSENT = "ACQ.TRADE_NOT_EXIST"
# Business failures after which nobody knows more than before.
_UNSURE = frozenset({"ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "SYSTEM_ERROR"})


def make(given: Mapping[str, Any]) -> "Alipay":
    """The adapter, with what its secret says."""
    return Alipay(given)


class _Client(AliPay):  # type: ignore[misc]  # The library has no types.
    """The library with an address and a clock of our choice."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(
            appid=given["app_id"],
            app_private_key_string=given["private_key"],
            alipay_public_key_string=given["alipay_public_key"],
            sign_type="RSA2",
            config=AliPayConfig(timeout=_PATIENCE_SECONDS),
        )
        self._gateway = str(given.get("gateway") or _GATEWAY)

    @property
    def gateway(self) -> str:
        """Where Alipay is."""
        return self._gateway

    def build_body(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """As the library has it, but for the time, which it takes from the machine's own zone."""
        body: dict[str, Any] = super().build_body(*arguments, **named)
        return body | {"timestamp": _written(clock.now())}


class Alipay:
    """See `port.Channel`."""

    name = "alipay"

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._app_id, self._seller_id = str(given["app_id"]), str(given["seller_id"])
        self._client = _Client(given)

    def start(self, charge: Charge) -> Started:
        """Sign the address of a page; for a code to scan, ask Alipay for one."""
        wanted: dict[str, Any] = {
            "subject": charge.subject[:128],
            "out_trade_no": charge.attempt_id,
            "total_amount": _yuan(charge.amount),
            "notify_url": charge.notify_url,
            "time_expire": _written(charge.expires_at),
        }
        if charge.method == "qr":
            answer = self._asked(lambda: self._client.api_alipay_trade_precreate(**wanted))
            if answer.get("code") != _GOOD:
                raise ChannelRefused(reason=str(answer.get("sub_code", "")))
            return Started({"kind": "qr", "url": answer["qr_code"]})
        page = (
            self._client.api_alipay_trade_wap_pay if charge.method == "wap" else self._client.api_alipay_trade_page_pay
        )
        signed = page(return_url=charge.return_url, **wanted)
        return Started({"kind": "redirect", "url": f"{self._client.gateway}?{signed}"})

    def query(self, attempt: Attempt) -> Report:
        """How the trade stands. Alipay makes one only when its buyer has signed in, so before that there is none."""
        answer = self._asked(lambda: self._client.api_alipay_trade_query(out_trade_no=attempt.id))
        if answer.get("sub_code") == _ABSENT:
            return Report(attempt.id, Standing.ABSENT)
        if answer.get("code") != _GOOD or answer.get("out_trade_no") != attempt.id:
            raise ChannelUnavailable(channel=self.name, reason=str(answer.get("sub_code", "")))
        return _report(answer, paid_at=answer.get("send_pay_date"))

    def close(self, attempt: Attempt) -> Report:
        """Close the trade."""
        answer = self._asked(lambda: self._client.api_alipay_trade_close(out_trade_no=attempt.id))
        if answer.get("code") == _GOOD:
            return Report(attempt.id, Standing.CLOSED, trade_no=str(answer.get("trade_no", "")))
        # It was paid or closed before, or there is none: asking says which.
        after = self.query(attempt)
        if after.standing is Standing.PENDING:
            raise ChannelUnavailable(channel=self.name, reason=str(answer.get("sub_code", "")))
        return after

    def refund(self, attempt: Attempt, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
        """Send money back."""
        answer = self._asked(
            lambda: self._client.api_alipay_trade_refund(
                refund_amount=_yuan(amount),
                out_trade_no=attempt.id,
                out_request_no=refund_no,
                refund_reason=reason[:128],
            )
        )
        if answer.get("code") != _GOOD:
            return self._failed(answer)
        if answer.get("fund_change") == "Y":
            return RefundOutcome(RefundOutcome.SUCCESS)
        # Said again, or not done yet: the answer is the same.
        known = self.query_refund(attempt, refund_no)
        return known if known.state == RefundOutcome.SUCCESS else RefundOutcome(RefundOutcome.PENDING)

    def query_refund(self, attempt: Attempt, refund_no: str) -> RefundOutcome:
        """How the refund stands there; Alipay keeps quiet about one that it has not done."""
        answer = self._asked(
            lambda: self._client.api_alipay_trade_fastpay_refund_query(refund_no, out_trade_no=attempt.id)
        )
        if answer.get("code") != _GOOD:
            return self._failed(answer)
        if answer.get("refund_status") == "REFUND_SUCCESS":
            return RefundOutcome(RefundOutcome.SUCCESS)
        if not answer.get("out_request_no"):
            return RefundOutcome(RefundOutcome.FAILED, "absent")
        return RefundOutcome(RefundOutcome.PENDING)

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What an asynchronous notice (a form) tells."""
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
        told = dict(pairs)
        if len(told) != len(pairs):
            raise errors.Invalid("A field comes twice.")
        signed = {name: value for name, value in told.items() if name != "sign"}
        try:
            genuine = self._client.verify(signed, told.get("sign", ""))
        except (AliPayException, binascii.Error, ValueError) as error:
            raise SignatureInvalid from error
        if not genuine:
            raise SignatureInvalid
        try:
            report = _report(told, paid_at=told.get("gmt_payment"))
            event_id = told["notify_id"]
        except (KeyError, ValueError, InvalidOperation) as error:
            raise errors.Invalid("This is not a notice of a trade.") from error
        return Notice(self.name, event_id, told["trade_status"], report, self._problem(told))

    def answer(self) -> tuple[str, str]:
        """What Alipay wants to hear, to the letter."""
        return "text/plain", "success"

    def _problem(self, told: Mapping[str, str]) -> str:
        if told.get("app_id") != self._app_id:
            return "app"
        return "" if told.get("seller_id") == self._seller_id else "seller"

    def _failed(self, answer: Mapping[str, Any]) -> RefundOutcome:
        reason = str(answer.get("sub_code") or answer.get("code") or "")
        if reason in _UNSURE or answer.get("code") == "20000":
            raise ChannelUnavailable(channel=self.name, reason=reason)
        return RefundOutcome(RefundOutcome.FAILED, "absent" if reason == _ABSENT else reason)

    def _asked(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What Alipay answers, its signature verified. Raises ChannelUnavailable for anything else."""
        try:
            return ask()
        except (AliPayException, AliPayValidationError, OSError, json.JSONDecodeError, KeyError, ValueError) as error:
            raise ChannelUnavailable(channel=self.name) from error


def _report(told: Mapping[str, Any], *, paid_at: str | None) -> Report:
    standing = _STANDINGS[told["trade_status"]]
    paid = standing is Standing.PAID
    return Report(
        told["out_trade_no"],
        standing,
        trade_no=told["trade_no"],
        amount=_money(told["total_amount"]) if paid else None,
        paid_at=_moment(paid_at) if paid and paid_at else None,
    )


def _yuan(amount: Money) -> str:
    yuan, fen = divmod(amount.cents, 100)
    return f"{yuan}.{fen:02d}"


def _money(yuan: str) -> Money:
    fen = Decimal(yuan) * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"{yuan} is no amount")
    return Money(int(fen), "CNY")


def _written(moment: datetime) -> str:
    return moment.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA).astimezone(UTC)
