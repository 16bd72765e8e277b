"""What merchants and buyers do in the sandbox, and how it calls back."""

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from mall import clock, config, errors, ids
from mall.money import Money
from mall.observability import logger
from mall.sandbox import store
from mall.sandbox.model import (
    Callback,
    NoSuchSandboxPayment,
    NoSuchSandboxRefund,
    NotTheMerchant,
    NumberTaken,
    Payment,
    Refund,
    RefundStatus,
    SandboxClosed,
    Status,
    Switches,
    callbacks,
)
from mall.sandbox.schemas import NewSandboxPayment, NewSandboxRefund, SwitchesForm

# The merchants that the sandbox has: one, whose key is the secret that it shares with us.
MERCHANT = "mall"
_FRESH_SECONDS = 300
# As the biggest of the real ones does it: 4 m, 10 m, 10 m, 1 h, 2 h, 6 h, 15 h.
_LADDER = "240,600,600,3600,7200,21600,54000"
_TRIES_TO_SAVE = 3


def merchant(headers: Mapping[str, str], method: str, path: str, body: bytes) -> str:
    """Which merchant signed a request. Raises SandboxClosed or NotTheMerchant."""
    check_open()
    moment, nonce = headers.get("sandbox-time", ""), headers.get("sandbox-nonce", "")
    lines = (method, path, moment, nonce, hashlib.sha256(body).hexdigest())
    signed = _signature("\n".join(lines).encode())
    if headers.get("sandbox-merchant") != MERCHANT or not hmac.compare_digest(
        headers.get("sandbox-signature", "").encode(), signed.encode()
    ):
        raise NotTheMerchant
    if not moment.isdecimal() or abs(clock.timestamp() - int(moment)) > _FRESH_SECONDS:
        raise NotTheMerchant("The request was signed too long ago.")
    return MERCHANT


def check_open() -> None:
    """Raise SandboxClosed where the sandbox is not switched on."""
    if config.get("MALL_SANDBOX", "false") != "true":
        raise SandboxClosed


def create(merchant_id: str, form: NewSandboxPayment) -> Payment:
    """Keep a payment; the same number again is the same payment. Raises NumberTaken."""
    now = clock.now()
    return store.create(
        Payment(
            id=id_of(merchant_id, form.out_trade_no),
            merchant_id=merchant_id,
            out_trade_no=form.out_trade_no,
            trade_no=ids.new("sbt", at=now),
            amount=Money(form.amount, form.currency),
            subject=form.subject,
            notify_url=form.notify_url,
            return_url=form.return_url,
            status=Status.WAITING,
            created_at=now,
            expires_at=form.expires_at,
        )
    )


def payment(merchant_id: str, out_trade_no: str) -> Payment:
    """A merchant's payment. Raises NoSuchSandboxPayment."""
    return store.load(id_of(merchant_id, out_trade_no))


def close(merchant_id: str, out_trade_no: str) -> Payment:
    """Let nobody pay it any more; one that was paid stays paid. Raises NoSuchSandboxPayment."""

    def act(before: Payment) -> Payment:
        return before.closed(_how(before))

    return _changed(id_of(merchant_id, out_trade_no), act)


def refund(merchant_id: str, out_trade_no: str, form: NewSandboxRefund) -> Refund:
    """Send money back; the same number again is the same refund, and one that failed is tried again under it.

    Raises NoSuchSandboxPayment, NotPaid, TooMuch or NumberTaken.
    """
    amount = Money(form.amount, form.currency)
    for attempt in range(_TRIES_TO_SAVE):
        paid = payment(merchant_id, out_trade_no)
        known = store.find_refund(paid.id, form.refund_no)
        if known is not None and known.amount != amount:
            raise NumberTaken
        if known is not None and known.status is not RefundStatus.FAILED:
            return known
        how = _how(paid)
        try:
            return store.refund(paid, paid.refund(form.refund_no, amount, form.reason, how=how, at=clock.now()))
        except errors.Conflict as conflict:
            # Two at once: the later one counts again what is left. What refuses by name is no race.
            if type(conflict) is not errors.Conflict or attempt == _TRIES_TO_SAVE - 1:
                raise
    raise AssertionError("unreachable")


def refund_of(merchant_id: str, out_trade_no: str, refund_no: str) -> Refund:
    """A refund of a merchant's payment. Raises NoSuchSandboxRefund."""
    found = store.find_refund(id_of(merchant_id, out_trade_no), refund_no)
    if found is None:
        raise NoSuchSandboxRefund
    return found


def switch(merchant_id: str, form: SwitchesForm) -> Switches:
    """Set the switches of one payment, or of all. Raises NoSuchSandboxPayment."""
    if form.out_trade_no is None:
        store.set_switches(form.switches())
        return form.switches()

    def act(before: Payment) -> Payment:
        return replace(before, switches=form.switches(), version=before.version + 1)

    _changed(id_of(merchant_id, form.out_trade_no), act)
    return form.switches()


def bill(merchant_id: str, day: date) -> str:
    """What was paid and refunded on a day (UTC), as CSV with a line for each; amounts in minor units."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["kind", "out_trade_no", "number", "amount", "currency", "at", "fee"])
    for entry in store.of_day(merchant_id, day.isoformat()):
        if isinstance(entry, Payment):
            kind, number, at = "payment", entry.trade_no, entry.paid_at
        else:
            kind, number, at = "refund", entry.refund_no, entry.due_at
            if at > clock.now():
                continue
        assert at is not None
        lines.writerow([kind, entry.out_trade_no, number, entry.amount.cents, entry.amount.currency, at.isoformat(), 0])
    return written.getvalue()


def day(text: str) -> date:
    """A day as it is written in an address. Raises Invalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise errors.Invalid("A day is written as YYYY-MM-DD.") from None


# --- the page


def page(payment_id: str) -> Payment:
    """The payment whose page that is. Raises SandboxClosed or NoSuchSandboxPayment."""
    check_open()
    if not payment_id.startswith("sbp_"):
        raise NoSuchSandboxPayment
    return store.load(payment_id)


def decide(payment_id: str, *, pay: bool) -> Payment:
    """The buyer pays, or will not; once. Raises NotPayable for what has an end already."""
    before = page(payment_id)
    now, how = clock.now(), _how(before)
    after = before.paid(now, how) if pay else before.declined(now)
    store.save(after, before=before)
    for callback in callbacks(after, how, event_id=ids.new("sbe", at=now), at=now):
        _announce(callback, tries=0, wait=callback.wait.total_seconds())
    logger.info("sandbox payment decided", out_trade_no=after.out_trade_no, status=after.status)
    return after


def decision(form: bytes) -> bool:
    """Whether the form of a page says to pay. Raises Invalid for a form that says nothing of the kind."""
    said = parse_qs(form.decode("utf-8", "replace"), max_num_fields=8).get("decision", [])
    if said not in (["pay"], ["decline"]):
        raise errors.Invalid("The form says neither to pay nor to decline.")
    return said == ["pay"]


def address(payment: Payment) -> str:
    """Where a payment is paid: our page, under the name that the public knows us by."""
    return f"{config.parameter('site-origin')}/api/sandbox/pay/{payment.id}"


# --- callbacks


def call_back(message: Mapping[str, Any]) -> None:
    """Send a callback that is due, and again along the ladder until somebody answers "success"."""
    check_open()
    left = message["due"] - clock.timestamp()
    if left > 0:
        store.post(message, wait=left)
        return
    body, moment = message["body"].encode(), str(clock.timestamp())
    headers = {
        "Content-Type": "application/json",
        "Sandbox-Time": moment,
        "Sandbox-Signature": _signature(moment.encode() + b"\n" + body),
    }
    status, said = store.send(message["url"], headers, body)
    heard = status == 200 and said.strip().lower() == "success"
    facts = {"out_trade_no": message["number"], "status": status, "tries": message["tries"] + 1}
    logger.info("called back" if heard else "not heard", **facts)
    steps = [int(step) for step in config.get("MALL_SANDBOX_LADDER", _LADDER).split(",")]
    if heard or message["tries"] >= len(steps):
        return
    wait = steps[message["tries"]]
    again = {**message, "tries": message["tries"] + 1, "due": clock.timestamp() + wait}
    store.post(again, wait=wait)


def id_of(merchant_id: str, out_trade_no: str) -> str:
    """The id of a payment's page: nobody guesses it, and its merchant's number leads to it."""
    return f"sbp_{_signature(f'page {merchant_id} {out_trade_no}'.encode())[:32]}"


def _how(payment: Payment) -> Switches:
    """What is done on purpose to a payment."""
    return payment.switches or store.switches()


def _announce(callback: Callback, *, tries: int, wait: float) -> None:
    body = json.dumps(callback.content, ensure_ascii=False, separators=(",", ":"))
    number, due = callback.content["out_trade_no"], clock.timestamp() + round(wait)
    store.post({"url": callback.url, "body": body, "number": number, "tries": tries, "due": due}, wait=wait)


def _changed(payment_id: str, act: Callable[[Payment], Payment]) -> Payment:
    for attempt in range(_TRIES_TO_SAVE):
        before = store.load(payment_id)
        after = act(before)
        if after == before:
            return before
        try:
            store.save(after, before=before)
        except errors.Conflict:
            if attempt == _TRIES_TO_SAVE - 1:
                raise
        else:
            return after
    raise AssertionError("unreachable")


def _signature(content: bytes) -> str:
    return hmac.new(config.secret("payment-sandbox").encode(), content, hashlib.sha256).hexdigest()
