"""Stripe: cards and what else it offers, on the page of a Checkout Session, with its official library.

The secret `payment-stripe` is {"api_key", "webhook_secret"}; `base` in it names another address than Stripe's own. At
Stripe, a webhook to `/api/payments/callbacks/stripe` sends `checkout.session.completed`, `….expired`,
`….async_payment_succeeded` and `….async_payment_failed`.

Stripe has numbers of its own, so a session is found by the one that `start` gave, and, where that got lost, by the
attempt's id in the metadata of the payment that was made of it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import stripe

from mall import errors
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

_PATIENCE_SECONDS = 8
_TOLERANCE_SECONDS = 300
_STANDINGS = {"open": Standing.PENDING, "complete": Standing.PENDING, "expired": Standing.CLOSED}
_EVENTS = {
    "checkout.session.completed": None,
    "checkout.session.async_payment_succeeded": Standing.PAID,
    "checkout.session.async_payment_failed": Standing.FAILED,
    "checkout.session.expired": Standing.CLOSED,
}
_REFUNDS = {
    "succeeded": RefundOutcome.SUCCESS,
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
_T = TypeVar("_T")


def make(given: Mapping[str, Any]) -> "Stripe":
    """The adapter, with what its secret says."""
    return Stripe(given)


class Stripe:
    """See `port.Channel`."""

    name = "stripe"

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._secret = str(given["webhook_secret"])
        self._client = stripe.StripeClient(
            str(given["api_key"]),
            base_addresses={"api": str(given["base"])} if given.get("base") else {},
            http_client=stripe.RequestsClient(timeout=_PATIENCE_SECONDS),
            max_network_retries=1,
        )

    def start(self, charge: Charge) -> Started:
        """Make a Checkout Session; the buyer goes on at Stripe's page."""
        known = {"attempt_id": charge.attempt_id}
        item = {"name": charge.subject[:250]}
        price = {
            "currency": charge.amount.currency.lower(),
            "unit_amount": charge.amount.cents,
            "product_data": item,
        }
        # Its own `expires_at` is half an hour away at least, so what we give up we close ourselves.
        wanted: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "client_reference_id": charge.attempt_id,
            "metadata": known,
            "payment_intent_data": {"metadata": known},
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
        }
        options: Any = {"idempotency_key": charge.attempt_id}
        try:
            session = self._asked(lambda: self._client.v1.checkout.sessions.create(wanted, options))
        except stripe.StripeError as error:
            raise ChannelRefused(reason=str(error.code or type(error).__name__)) from error
        return Started({"kind": "redirect", "url": session.url}, session.id)

    def query(self, attempt: Attempt) -> Report:
        """How the session stands there."""
        if attempt.trade_no.startswith("cs_"):
            try:
                return _report(self._asked(lambda: self._client.v1.checkout.sessions.retrieve(attempt.trade_no)))
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:
                    raise ChannelUnavailable(channel=self.name) from error
        return self._searched(attempt)

    def close(self, attempt: Attempt) -> Report:
        """Let the session expire."""
        before = self.query(attempt)
        if before.standing is not Standing.PENDING:
            return before
        try:
            session = self._asked(lambda: self._client.v1.checkout.sessions.expire(attempt.trade_no))
        except stripe.InvalidRequestError:
            # Only an open session expires: somebody was quicker.
            return self.query(attempt)
        return _report(session)

    def refund(self, attempt: Attempt, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
        """Send money back. Stripe forgets its idempotency keys after a day, so its own list is looked at first."""
        try:
            payment, known = self._refund(attempt, refund_no)
            if known is not None:
                return known
            wanted: Any = {
                "payment_intent": payment,
                "amount": amount.cents,
                "metadata": {"refund_no": refund_no, "reason": reason[:200]},
            }
            made = self._asked(lambda: self._client.v1.refunds.create(wanted, {"idempotency_key": refund_no}))
        except stripe.StripeError as error:
            return RefundOutcome(RefundOutcome.FAILED, str(error.code or type(error).__name__))
        return _refunded(made)

    def query_refund(self, attempt: Attempt, refund_no: str) -> RefundOutcome:
        """How the refund stands there."""
        try:
            _, known = self._refund(attempt, refund_no)
        except stripe.StripeError as error:
            return RefundOutcome(RefundOutcome.FAILED, str(error.code or type(error).__name__))
        return known or RefundOutcome(RefundOutcome.FAILED, "absent")

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a webhook tells."""
        try:
            event = stripe.Webhook.construct_event(
                body, headers.get("stripe-signature", ""), self._secret, _TOLERANCE_SECONDS
            )
            event_id, kind, report = str(event.id), str(event.type), None
            if kind in _EVENTS:
                at = datetime.fromtimestamp(int(event.created), UTC)
                report = _report(event.data.object, standing=_EVENTS[kind], at=at)
        except stripe.SignatureVerificationError as error:
            raise SignatureInvalid from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise errors.Invalid("This is not an event of Stripe.") from error
        return Notice(self.name, event_id, kind, report)

    def answer(self) -> tuple[str, str]:
        """Stripe wants to hear 200, and reads nothing."""
        return "text/plain", "success"

    def _searched(self, attempt: Attempt) -> Report:
        """A payment by what we wrote on it, when its session's number got lost on the way to us."""
        query = f"metadata['attempt_id']:'{attempt.id}'"
        found = self._asked(lambda: self._client.v1.payment_intents.search({"query": query, "limit": 1})).data
        if not found:
            return Report(attempt.id, Standing.ABSENT)
        payment = found[0]
        if payment.status == "succeeded":
            amount = Money(payment.amount_received, payment.currency.upper())
            return Report(attempt.id, Standing.PAID, trade_no=payment.id, amount=amount)
        standing = Standing.CLOSED if payment.status == "canceled" else Standing.PENDING
        return Report(attempt.id, standing, trade_no=payment.id)

    def _refund(self, attempt: Attempt, refund_no: str) -> tuple[str, RefundOutcome | None]:
        """The payment that an attempt was paid with, and its refund of that number if there is one."""
        payment = attempt.trade_no
        if payment.startswith("cs_"):
            session = self._asked(lambda: self._client.v1.checkout.sessions.retrieve(attempt.trade_no))
            payment = str(session.payment_intent)
        some = self._asked(lambda: self._client.v1.refunds.list({"payment_intent": payment, "limit": 100}))
        for one in some.auto_paging_iter():
            if one.metadata and one.metadata.to_dict().get("refund_no") == refund_no:
                return payment, _refunded(one)
        return payment, None

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """What Stripe answers. Raises ChannelUnavailable where it says nothing about what was asked."""
        try:
            return ask()
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.AuthenticationError) as error:
            raise ChannelUnavailable(channel=self.name) from error
        except stripe.StripeError as error:
            if (error.http_status or 500) >= 500:
                raise ChannelUnavailable(channel=self.name) from error
            raise


def _report(session: Any, *, standing: Standing | None = None, at: datetime | None = None) -> Report:
    """What a Checkout Session says; `standing` is what the event means that it came with."""
    if session.payment_status == "paid":
        standing = Standing.PAID
    elif standing is None or standing is Standing.PAID:
        standing = _STANDINGS[session.status]
    paid = standing is Standing.PAID
    return Report(
        str(session.client_reference_id or ""),
        standing,
        trade_no=str(session.id),
        amount=Money(int(session.amount_total), str(session.currency).upper()) if paid else None,
        paid_at=at if paid else None,
    )


def _refunded(refund: Any) -> RefundOutcome:
    return RefundOutcome(
        _REFUNDS.get(str(refund.status), RefundOutcome.PENDING), str(getattr(refund, "failure_reason", None) or "")
    )
