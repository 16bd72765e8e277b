"""What a channel of payment does for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from mall.money import Money
from mall.payments.model import Attempt, Notice, RefundOutcome, Report


@dataclass(frozen=True, slots=True)
class Charge:
    """What a buyer is asked for: `attempt_id` is its number at the channel."""

    attempt_id: str
    amount: Money
    subject: str
    method: str
    expires_at: datetime
    notify_url: str
    return_url: str
    source_ip: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """How the buyer goes on: `action` is {kind: redirect | qr | client, …}; `trade_no` the channel's own number."""

    action: Mapping[str, Any]
    trade_no: str = ""


class Channel(Protocol):
    """A provider of payments.

    Every call but `notice` goes over the network and raises ChannelUnavailable when nothing, or nothing sensible, came
    back: then nobody knows, and the same call may be made again. All of them are idempotent on our numbers.
    """

    name: str

    def start(self, charge: Charge) -> Started:
        """Begin a payment. Raises ChannelRefused when the provider will not have it."""

    def query(self, attempt: Attempt) -> Report:
        """How the payment stands there. ABSENT where the provider knows none, which a buyer may still change."""

    def close(self, attempt: Attempt) -> Report:
        """Let nobody pay it any more: CLOSED; PAID when it was too late for that; ABSENT where nothing was to close."""

    def refund(self, attempt: Attempt, refund_no: str, amount: Money, reason: str) -> RefundOutcome:
        """Send money back; the same number is the same refund."""

    def query_refund(self, attempt: Attempt, refund_no: str) -> RefundOutcome:
        """How the refund stands there."""

    def notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a callback tells (header names in lower case). Raises SignatureInvalid, or Invalid for a wrong form."""

    def answer(self) -> tuple[str, str]:
        """What the provider wants to hear when it has been heard: content type and text."""
