"""The ledger in PostgreSQL: two statements a transaction, and none that changes what is there."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from mall import ids, sql
from mall.ledger.model import Entry
from mall.ledger.tables import EntryRow, TransactionRow
from mall.money import Money

_ADD = sql.prepared(upsert(TransactionRow).on_conflict_do_nothing())
_ADD_ENTRIES = sql.prepared(insert(EntryRow))


def add(
    session: sql.Session,
    *,
    user_id: str,
    key: str,
    kind: str,
    reference: str,
    entries: Sequence[Entry],
    at: datetime,
) -> bool:
    """Write a transaction down; False when its key is in the books already.

    Of two at once with the same key, the second waits here until the first is committed.
    """
    id = ids.new("ltx", slot=ids.slot_of(user_id), at=at)
    values = {"id": id, "user_id": user_id, "key": key, "kind": kind, "reference": reference, "created_at": at}
    if not _ADD(session, values).rowcount:
        return False
    rows = [
        {
            "transaction_id": id,
            "number": number,
            "user_id": user_id,
            "debit": entry.debit,
            "credit": entry.credit,
            "amount": entry.amount.cents,
            "currency": entry.amount.currency,
        }
        for number, entry in enumerate(entries, start=1)
    ]
    _ADD_ENTRIES.soon(session, rows)
    return True


def posted(session: sql.Session, user_id: str, key: str) -> tuple[str, str, list[Entry]]:
    """Kind, reference and entries of the transaction with this key, which is there."""
    slot = ids.slot_of(user_id)
    rows = session.execute(
        select(TransactionRow.kind, TransactionRow.reference, EntryRow)
        .join(EntryRow, (EntryRow.slot == TransactionRow.slot) & (EntryRow.transaction_id == TransactionRow.id))
        .where(TransactionRow.slot == slot, TransactionRow.key == key)
        .order_by(EntryRow.number)
    ).all()
    return rows[0][0], rows[0][1], [_entry(row) for _, _, row in rows]


def balance(account: str, currency: str, user_id: str | None) -> int:
    """Debits less credits of an account, on the user's shard or, without one, on all of them together."""
    total = 0
    # The readers would be good enough for people, but a proof asks right after the event.
    with sql.session(read_only=user_id is None) as session:
        for column, sign in ((EntryRow.debit, 1), (EntryRow.credit, -1)):
            query = select(func.sum(EntryRow.amount)).where(column == account, EntryRow.currency == currency)
            if user_id is not None:
                query = query.where(EntryRow.slot == ids.slot_of(user_id))
            total += sign * int(session.scalar(query, execution_options={"scatter": user_id is None}) or 0)
    return total


def _entry(row: EntryRow) -> Entry:
    return Entry(row.debit, row.credit, Money(row.amount, row.currency))
