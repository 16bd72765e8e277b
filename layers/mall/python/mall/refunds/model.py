"""Refunds: what may go back, to where, and when to try again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from mall import errors
from mall.money import Money, rounded, total

LADDER = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 6 * 60, 24 * 60))
"""How long to wait after the first try, the second, …; the last step repeats."""

STUCK_AFTER = 8
"""After so many tries people are told."""

IN_FLIGHT = timedelta(minutes=1)
"""For how long whoever sends a part is left alone with it."""


class RefundNotFound(errors.NotFound):
    message = "There is no such refund of yours."


class RefundTooMuch(errors.Conflict):
    message = "More would go back than was paid."


class RefundOtherwise(errors.Conflict):
    """Somebody requests something else under a key that was used."""

    message = "Another refund was requested under this key."


class RefundSourceDiffers(errors.Conflict):
    """Somebody says that a source has paid something else than was said before."""

    message = "This source of money has paid another amount."


class NothingCaptured(errors.Conflict):
    message = "No money came in through this payment, so none can go back."


class NotStuck(errors.Conflict):
    message = "Only a refund that is on its way, or failed, is tried again."


class State(StrEnum):
    """How a refund stands, and each of its parts."""

    REQUESTED = "requested"
    REFUNDING = "refunding"
    SUCCESS = "success"
    FAILED = "failed"


NEXT: Mapping[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.REFUNDING, State.SUCCESS}),
    State.REFUNDING: frozenset({State.SUCCESS, State.FAILED}),
    State.FAILED: frozenset({State.REFUNDING}),
    State.SUCCESS: frozenset(),
}
OPEN = frozenset({State.REQUESTED, State.REFUNDING, State.FAILED})


@dataclass(frozen=True, slots=True)
class Source:
    """Where money came from: an intent's channel or the wallet; `paid` is how much of the trade it paid."""

    kind: Literal["channel", "wallet"]
    reference: str
    paid: Money


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What goes back of an order's line.

    `amount` is the buyer's; `platform_part` and `merchant_part` are the shares of the discounts on these units that the
    platform and the merchant bore. With `bought` and `paid` (units, and what the buyer paid for the whole line) more
    than that is refused, over all refunds of the line.
    """

    line_id: str
    quantity: int
    amount: Money
    platform_part: Money
    merchant_part: Money
    bought: int | None = None
    paid: Money | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a refund that one source gives back; `id` is its number at the channel.

    `tries` is how often the channel was asked, `accepted` whether it has taken the part on and has to be asked what
    became of it.
    """

    id: str
    refund_id: str
    user_id: str
    kind: Literal["channel", "wallet"]
    source: str
    attempt_id: str
    channel: str
    amount: Money
    state: State
    accepted: bool = False
    tries: int = 0
    next_try_at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back to a buyer, of an order or (without one) because nobody could use it."""

    id: str
    user_id: str
    trade_id: str
    order_id: str
    merchant_id: str
    key: str
    amount: Money
    freight: Money
    lines: tuple[RefundLine, ...]
    parts: tuple[Part, ...]
    reason: str
    by: str
    state: State
    created_at: datetime
    finished_at: datetime | None = None

    @property
    def platform_part(self) -> Money:
        """What the platform gets back of what it put into these lines."""
        return total([line.platform_part for line in self.lines], self.amount.currency)

    def with_parts(self, parts: "Sequence[Part]", *, at: datetime) -> "Refund":
        """This refund with its parts standing as they do."""
        state = state_of(parts)
        parts = sorted(parts, key=lambda part: (part.kind, part.id))
        return replace(self, parts=tuple(parts), state=state, finished_at=at if state is State.SUCCESS else None)

    def same(self, other: "Refund") -> bool:
        """Whether both say the same: whose order, what, how much."""
        return _what(self) == _what(other)


def _what(refund: Refund) -> tuple[object, ...]:
    lines = tuple(
        sorted(
            (line.line_id, line.quantity, line.amount, line.platform_part, line.merchant_part) for line in refund.lines
        )
    )
    return refund.user_id, refund.trade_id, refund.order_id, refund.merchant_id, refund.amount, refund.freight, lines


def transit_account(channel: str) -> str:
    """The ledger's account of what is on its way back through a channel."""
    return f"refund:{channel}:in_transit"


def check(amount: Money, lines: Sequence[RefundLine], freight: Money) -> None:
    """Raise errors.Invalid unless the lines and the freight of a request make up its amount."""
    amounts = [freight, *(value for line in lines for value in (line.amount, line.platform_part, line.merchant_part))]
    if amount.cents < 0 or any(value.cents < 0 for value in amounts) or any(line.quantity < 0 for line in lines):
        raise errors.Invalid("Nothing of a refund is below zero.")
    if len({line.line_id for line in lines}) != len(lines):
        raise errors.Invalid("A refund names each line once.")
    if total([line.amount for line in lines], amount.currency) + freight != amount:
        raise errors.Invalid("The lines and the freight of a refund make up its amount.")
    if not amount and not any(line.quantity or line.platform_part for line in lines):
        raise errors.Invalid("There is nothing to refund.")


def check_lines(lines: Sequence[RefundLine], before: Mapping[str, RefundLine]) -> None:
    """Raise RefundTooMuch when, with what was refunded `before`, more goes back of a line than there was."""
    for line in lines:
        earlier = before.get(line.line_id)
        quantity = line.quantity + (earlier.quantity if earlier else 0)
        amount = line.amount + earlier.amount if earlier else line.amount
        if (line.bought is not None and quantity > line.bought) or (line.paid is not None and amount > line.paid):
            raise RefundTooMuch(line_id=line.line_id)


def divide(amount: Money, sources: Sequence[Source], given_back: Mapping[Source, Money]) -> list[tuple[Source, Money]]:
    """Which source gives back how much of `amount`: channels before wallets, in the order given.

    Raises RefundTooMuch when all of them together have not as much left.
    """
    left, found = amount, []
    for source in sorted(sources, key=lambda source: source.kind != "channel"):
        some = min(left, source.paid - given_back[source])
        if some:
            found.append((source, some))
            left -= some
    if left:
        raise RefundTooMuch(missing=left.cents, currency=left.currency)
    return found


def share(whole: Money, *, already: int, wanted: int, of: int, before: Money) -> Money:
    """What goes back of `whole` for `wanted` more of its `of` units, where `already` units gave back `before`.

    By cumulative share, so the last unit takes what is left and all units together give back exactly `whole`.
    """
    if not (already >= 0 and wanted > 0 and already + wanted <= of):
        raise RefundTooMuch
    return Money(rounded(Fraction(whole.cents * (already + wanted), of)), whole.currency) - before


def added(lines: Sequence[RefundLine]) -> dict[str, RefundLine]:
    """The lines by id, those of one id added up."""
    found: dict[str, RefundLine] = {}
    for line in lines:
        if (sum_ := found.get(line.line_id)) is None:
            found[line.line_id] = line
        else:
            found[line.line_id] = replace(
                sum_,
                quantity=sum_.quantity + line.quantity,
                amount=sum_.amount + line.amount,
                platform_part=sum_.platform_part + line.platform_part,
                merchant_part=sum_.merchant_part + line.merchant_part,
            )
    return found


def state_of(parts: Sequence[Part]) -> State:
    """How a refund stands whose parts stand like this."""
    states = {part.state for part in parts}
    if states <= {State.SUCCESS}:
        return State.SUCCESS
    if State.FAILED in states:
        return State.FAILED
    return State.REFUNDING if State.REFUNDING in states else State.REQUESTED


def next_try(tries: int, at: datetime) -> datetime:
    """When to try again after `tries` tries, the last of them `at`."""
    return at + LADDER[min(max(tries, 1), len(LADDER)) - 1]
