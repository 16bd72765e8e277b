"""What clients send and get of wallets. Descriptions are part of the API contract."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, SecretStr

from mall import errors, ids
from mall.catalog.cards import Amount
from mall.http import Body, Page, View
from mall.money import Money
from mall.users.model import CODE_DIGITS
from mall.wallet.model import Entry, EntryKind, Wallet

_Digits = Annotated[SecretStr, Field(min_length=6, max_length=6, description="Six digits.")]


class PaymentPasswordChange(Body):
    """A new payment password; the login password or a code for `set_payment_password` proves who asks."""

    password: _Digits
    login_password: Annotated[SecretStr, Field(min_length=1, max_length=128)] | None = None
    code: Annotated[SecretStr, Field(min_length=CODE_DIGITS, max_length=CODE_DIGITS)] | None = None

    def model_post_init(self, context: object) -> None:
        digits = self.password.get_secret_value()
        if not (digits.isascii() and digits.isdecimal()):
            raise errors.Invalid("A payment password is six digits.", field="password")
        if (self.login_password is None) == (self.code is None):
            raise errors.Invalid("Give either 'login_password' or 'code'.")


class EntryQuery(Page):
    """Which page of a wallet's history."""

    after: str | None = Field(default=None, pattern=ids.pattern("wle", sharded=True))


class LimitsView(View):
    """What a wallet may hold after a top-up, and what may be spent and topped up in a day (China's)."""

    highest_balance: Amount
    most_spent_a_day: Amount
    spent_today: Amount
    most_topped_up_a_day: Amount


class WalletView(View):
    """One's wallet: `balance` can be spent, `held` is set aside for trades that are not paid yet."""

    balance: Amount
    held: Amount
    password_set: bool
    limits: LimitsView

    @classmethod
    def of(cls, wallet: Wallet) -> "WalletView":
        """The view of a wallet, for its owner only."""
        return cls(
            balance=_amount(wallet.balance),
            held=_amount(wallet.held),
            password_set=wallet.password_set,
            limits=LimitsView(
                highest_balance=_amount(wallet.limits.highest_balance),
                most_spent_a_day=_amount(wallet.limits.most_spent_a_day),
                spent_today=_amount(wallet.spent_today),
                most_topped_up_a_day=_amount(wallet.limits.most_topped_up_a_day),
            ),
        )


class EntryView(View):
    """A line of a wallet's history; `reference` is the payment of a top-up, a payment's trade or a refund's order."""

    id: str
    kind: EntryKind
    reference: str
    amount: Amount = Field(description="Above zero for what came in.")
    balance: Amount = Field(description="What could be spent after it.")
    at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "EntryView":
        """The view of an entry, for the wallet's owner only."""
        return cls(
            id=entry.id,
            kind=entry.kind,
            reference=entry.reference,
            amount=_amount(entry.amount),
            balance=_amount(entry.balance),
            at=entry.at,
        )


class EntryList(View):
    """A page of a wallet's history, the latest first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [], "next": None}]})

    items: list[EntryView]
    next: str | None


def _amount(money: Money) -> Amount:
    return Amount(amount=money.cents, currency=money.currency)
