"""A paid order and what can be done about it, for this process's tests and for racing ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mall import clock, events, ids, sql
from mall.auth import Caller
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.ledger.proof import service as proof
from mall.money import Money
from mall.payments.model import RefundOutcome
from mall.refunds import service
from mall.refunds.model import Refund, RefundLine, Source
from mall.refunds.sending import service as sending
from mall.wallet import model as wallet_model
from mall.wallet import service as wallet
from tests.fixtures.paying import batch

NOTHING = Money(0)


@dataclass(frozen=True)
class Paid:
    """An order whose trade was paid with `channel` in the sandbox, `wallet` and `platform`'s share of the discount."""

    caller: Caller
    trade_id: str
    order_id: str
    merchant_id: str
    intent_id: str
    attempt_id: str
    channel: int
    wallet: int
    platform: int

    @property
    def user_id(self) -> str:
        """The buyer."""
        return self.caller.user_id

    @property
    def sources(self) -> list[Source]:
        """What the trade was paid from."""
        found = []
        if self.wallet:
            found.append(Source("wallet", self.trade_id, Money(self.wallet)))
        if self.channel:
            found.append(Source("channel", self.intent_id, Money(self.channel)))
        return found

    def confirm(self) -> None:
        """Book the order as paid, as orders do."""
        postings = [
            Posting(f"intent:{self.intent_id or 'none'}", Money(self.channel)),
            Posting("platform:marketing", Money(self.platform)),
            Posting(self.pending, Money(-self.channel - self.wallet - self.platform)),
        ]

        def act(session: sql.Session) -> None:
            amount = NOTHING
            if self.wallet:
                amount = wallet.capture(session, user_id=self.user_id, trade_id=self.trade_id)
            if amount:
                postings.append(Posting(wallet_model.hold_account(self.user_id), amount))
            ledger.post(
                session,
                user_id=self.user_id,
                key=f"{self.order_id}:paid",
                kind="order_paid",
                reference=self.order_id,
                postings=[posting for posting in postings if posting.amount],
            )

        sql.retrying(act, key=self.user_id)

    @property
    def pending(self) -> str:
        """The merchant's account."""
        return f"merchant:{self.merchant_id}:pending"

    def owed(self) -> int:
        """What the merchant has coming."""
        return -ledger.balance(self.pending, user_id=self.user_id).cents

    def ask(self, cents: int, key: str = "", **changes: Any) -> Refund:
        """Ask back `cents` of the order's one line."""
        return ask(self, cents, key or ids.new("key"), **changes)


def ask(
    paid: Paid,
    cents: int,
    key: str,
    *,
    lines: Sequence[RefundLine] | None = None,
    freight: int = 0,
    platform: int = 0,
    **changes: Any,
) -> Refund:
    """Ask back `cents`, of which `freight` is the freight's."""
    some = [RefundLine("lin_1", 1, Money(cents - freight), Money(platform), NOTHING)] if lines is None else lines
    wanted = {
        "user_id": paid.user_id,
        "trade_id": paid.trade_id,
        "order_id": paid.order_id,
        "merchant_id": paid.merchant_id,
        "sources": paid.sources,
        "reason": "broken",
        "by": paid.user_id,
    } | changes

    def act(session: sql.Session) -> Refund:
        return service.request(session, key=key, amount=Money(cents), lines=some, freight=Money(freight), **wanted)

    return sql.retrying(act, key=paid.user_id)


def claim(refund_id: str) -> list[str]:
    """Set out with what of a refund is to be sent, and die: the numbers of the parts."""
    claimed = sql.retrying(lambda session: sending._claim(session, refund_id=refund_id, now=clock.now()), key=refund_id)
    return [part.id for part in claimed]


def settle(refund_id: str, outcome: str) -> None:
    """Write down what a channel said of a refund."""
    (part,) = sending.find(refund_id).parts
    sql.retrying(lambda session: sending._settle(session, part=part, outcome=RefundOutcome(outcome)), key=refund_id)


def check_books() -> None:
    """Raise unless everything adds up."""
    differences, unproven = proof.prove_all((proof.prove, wallet.prove, service.prove), go_on=lambda: True)
    assert (differences, unproven) == ([], 0)


def event(name: str, aggregate: str, data: dict[str, Any]) -> dict[str, Any]:
    """A queue's batch with one piece of news, as a consumer gets it."""
    made = events.Event.of(name, aggregate=aggregate, data=data)
    return batch({"detail-type": made.name, "source": made.source, "detail": json.loads(made.detail())})
