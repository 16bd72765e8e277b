"""Posting to the ledger, and asking it."""

from collections.abc import Sequence

from mall import clock, sql
from mall.ledger import model, store
from mall.ledger.model import Posting
from mall.money import Money


def post(
    session: sql.Session, *, user_id: str, key: str, kind: str, reference: str, postings: Sequence[Posting]
) -> bool:
    """Write a business event into the books, in the caller's transaction; False when it is there already.

    Raises Unbalanced, NotAnAccount; PostedOtherwise when something else has this `key`.
    """
    entries = model.entries(postings)
    event = {"user_id": user_id, "key": key, "kind": kind, "reference": reference}
    if store.add(session, **event, entries=entries, at=clock.now()):
        return True
    if store.posted(session, user_id, key) != (kind, reference, entries):
        raise model.PostedOtherwise(key=key)
    return False


def balance(account: str, *, currency: str = "CNY", user_id: str | None = None) -> Money:
    """Debits less credits of `account`: what we have is positive, what we owe is negative.

    Where the account belongs to one buyer, `user_id` asks that buyer's shard alone; otherwise all shards are added up.
    """
    return Money(store.balance(account, currency, user_id), currency)
