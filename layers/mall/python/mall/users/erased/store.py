"""Locking a person, and marking them erased, within the transaction of another store."""

from datetime import datetime

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from mall import ids, sql
from mall.users.erased.tables import ErasedRow
from mall.users.model import AccountClosed

# Not a row's lock: the first thing that is ever stored for somebody has no row yet.
_TURN = sql.prepared(
    select(func.pg_advisory_xact_lock(func.hashtextextended(sql.given_text("user_id"), literal_column("0"))))
)
_MARK = sql.prepared(select(ErasedRow.at).where(sql.given(ErasedRow.slot, ErasedRow.user_id)))


def lock(session: sql.Session, user_id: str) -> None:
    """Make the other transactions that lock this person wait for the end of this one. Raises AccountClosed.

    `session` is bound to the person's shard: `sql.session(key=user_id)`.
    """
    _take_turns(session, user_id)
    if _MARK(session, user_id=user_id).first() is not None:
        raise AccountClosed


def mark(session: sql.Session, user_id: str, at: datetime) -> None:
    """Lock the person and let nothing be stored for them from now on; a repetition changes nothing."""
    _take_turns(session, user_id)
    session.execute(
        insert(ErasedRow).values(slot=ids.slot_of(user_id), user_id=user_id, at=at).on_conflict_do_nothing(),
    )


def _take_turns(session: sql.Session, user_id: str) -> None:
    _TURN(session, user_id=user_id)
