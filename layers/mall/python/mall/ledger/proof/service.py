"""Going through the books."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta

from mall import clock, sql
from mall.ledger.proof import store
from mall.ledger.proof.model import Difference, Prover
from mall.observability import logger

ASSIGNED_WITHIN = timedelta(days=1)
"""For how long money may lie in an intent before somebody has to ask why."""

NEVER_DEBIT = ("user:", "merchant:", "intent:", "refund:")
"""Accounts of what we owe: below zero or nothing, never above."""


def prove_all(provers: Iterable[Prover], *, go_on: Callable[[], bool]) -> tuple[list[Difference], int]:
    """What all provers find in all slots, and how many slots there was no time for."""
    found: list[Difference] = []
    provers, batches = list(provers), store.batches()
    for number, slots in enumerate(batches):
        if not go_on():
            return found, sum(len(left) for left in batches[number:])
        with store.snapshot(slots) as session:
            for prove in provers:
                found += prove(session, slots)
    for difference in found[:100]:
        logger.error(
            "books differ",
            rule=difference.rule,
            subject=difference.subject,
            expected=difference.expected,
            found=difference.found,
        )
    return found, 0


def prove(session: sql.Session, slots: tuple[int, ...]) -> list[Difference]:
    """What the ledger itself must hold: nothing unbalanced, nothing owed to us by who we owe, no money left lying."""
    balances = store.balances(session, slots)
    found = [
        Difference("a transaction has entries", id, "1 or more", "0") for id in store.empty_transactions(session, slots)
    ]
    sums: Counter[str] = Counter()
    for (account, currency), cents in balances.items():
        sums[currency] += cents
        if cents > 0 and account.startswith(NEVER_DEBIT):
            found.append(Difference("nobody owes what we owe them", account, "at most 0", f"{cents} {currency}"))
    found += [
        Difference("all accounts add up to nothing", currency, "0", str(cents))
        for currency, cents in sums.items()
        if cents
    ]
    lying = {account for (account, _), cents in balances.items() if cents and account.startswith("intent:")}
    if lying:
        old = store.credited_before(session, slots, clock.now() - ASSIGNED_WITHIN)
        found += [
            Difference("money that came in is assigned", account, "0", "not 0") for account in sorted(lying & old)
        ]
    return found


def of_accounts(session: sql.Session, slots: tuple[int, ...], kind: str) -> dict[tuple[str, str], int]:
    """Balances by (account, currency) of the accounts whose names begin with `kind`, as of the session's moment."""
    return {key: cents for key, cents in store.balances(session, slots).items() if key[0].startswith(kind)}
