"""Reading the books slot by slot: raw SQL, because it groups what a session over shards never would."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import text

from mall import ids, sql
from mall.sql import shards

SLOTS_AT_ONCE = 16

_BALANCES = text("""
SELECT account, currency, sum(amount)::bigint AS cents FROM (
    SELECT debit AS account, currency, amount FROM ledger_entry WHERE slot = ANY(:slots)
    UNION ALL
    SELECT credit, currency, -amount FROM ledger_entry WHERE slot = ANY(:slots)
) AS postings GROUP BY account, currency
""")
_EMPTY = text("""
SELECT id FROM ledger_transaction t WHERE slot = ANY(:slots)
AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.slot = t.slot AND e.transaction_id = t.id)
""")
_IDLE = text("""
SELECT credit AS account FROM ledger_entry
WHERE slot = ANY(:slots) AND credit LIKE 'intent:%' AND transaction_id < :before
""")


def batches() -> list[tuple[int, ...]]:
    """The slots of every shard in small lots, none of which is spread over two shards."""
    with sql.session(read_only=True) as session:
        found = [session.map.slots_of(shard) for shard in range(shards.count())]
    return [slots[at : at + SLOTS_AT_ONCE] for slots in found for at in range(0, len(slots), SLOTS_AT_ONCE)]


@contextmanager
def snapshot(slots: tuple[int, ...]) -> Iterator[sql.Session]:
    """A session on the shard of `slots` in which everything is read at one moment."""
    key = ids.new("ltx", slot=slots[0])
    with sql.session(key=key, read_only=True, isolation="REPEATABLE READ") as session:
        yield session


def balances(session: sql.Session, slots: tuple[int, ...]) -> dict[tuple[str, str], int]:
    """Debits less credits of every account that these slots have entries of, by account and currency."""
    rows = session.execute(_BALANCES, {"slots": list(slots)})
    return {(row.account, row.currency): int(row.cents) for row in rows}


def empty_transactions(session: sql.Session, slots: tuple[int, ...]) -> list[str]:
    """The transactions without an entry."""
    return list(session.scalars(_EMPTY, {"slots": list(slots)}))


def credited_before(session: sql.Session, slots: tuple[int, ...], at: datetime) -> set[str]:
    """The intents into which money came before then."""
    before = ids.new("ltx", at=at)
    return set(session.scalars(_IDLE, {"slots": list(slots), "before": before}))
