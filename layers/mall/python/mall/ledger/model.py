"""Postings, and the entries that are made of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mall import errors
from mall.money import Money

ACCOUNT = re.compile(r"[a-z]+(:[A-Za-z0-9_-]+){0,2}")
LONGEST_NAME = 128


class Unbalanced(errors.Invalid):
    message = "The postings of a transaction add up to zero in each currency."


class NotAnAccount(errors.Invalid):
    message = "This is not the name of an account."


class PostedOtherwise(errors.Conflict):
    """Somebody posts something else under a key that was used: a fault of ours, on which nothing must be built."""

    message = "Other postings are in the books under this key."


@dataclass(frozen=True, slots=True)
class Posting:
    """A change of one account: positive amounts are debits, negative ones credits."""

    account: str
    amount: Money

    def __post_init__(self) -> None:
        if len(self.account) > LONGEST_NAME or not ACCOUNT.fullmatch(self.account):
            raise NotAnAccount(account=self.account[:LONGEST_NAME])


@dataclass(frozen=True, slots=True)
class Entry:
    """An `amount` above zero that `debit` gets and `credit` gives."""

    debit: str
    credit: str
    amount: Money


def debit(account: str, amount: Money) -> Posting:
    """The posting that debits `account` with `amount`."""
    return Posting(account, amount)


def credit(account: str, amount: Money) -> Posting:
    """The posting that credits `account` with `amount`."""
    return Posting(account, -amount)


def entries(postings: Sequence[Posting]) -> list[Entry]:
    """The entries of a transaction: its debits paired with its credits in their order, currency by currency.

    There are fewer of them than postings. Raises Unbalanced, also where no money moves at all.
    """
    found: list[Entry] = []
    for currency, some in _by_currency(postings).items():
        if sum(amount for _, amount in some) != 0:
            raise Unbalanced(currency=currency)
        debits, credits = ([(name, abs(cents)) for name, cents in some if cents * sign > 0] for sign in (1, -1))
        found += [Entry(to, of, Money(cents, currency)) for to, of, cents in _paired(debits, credits)]
    if not found:
        raise Unbalanced("A transaction moves money.")
    return found


def _by_currency(postings: Iterable[Posting]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for posting in postings:
        found[posting.amount.currency].append((posting.account, posting.amount.cents))
    return found


def _paired(debits: list[tuple[str, int]], credits: list[tuple[str, int]]) -> Iterator[tuple[str, str, int]]:
    """Who gets how much of whom, where both sides add up to the same."""
    left = iter(credits)
    of, there = "", 0
    for to, wanted in debits:
        while wanted:
            if not there:
                of, there = next(left)
            cents = min(wanted, there)
            yield to, of, cents
            wanted, there = wanted - cents, there - cents  # noqa: PLW2901
