"""The proof of consents in PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mall import events, ids, sql
from mall.users.consents.model import Consent, Current, Kind
from mall.users.consents.tables import ConsentRow
from mall.users.erased import store as erased


def append(
    user_id: str, decide: Callable[[Current], Consent | None], tell: Callable[[Consent, Current], events.Event]
) -> Current:
    """Append what `decide` makes of how somebody's consents stand, with the news of it; gives how they stand then.

    Nobody else can change that person's consents meanwhile. Raises AccountClosed when they were erased.
    """

    def act(session: sql.Session) -> Current:
        erased.lock(session, user_id)
        current = _current(session, user_id)
        consent = decide(current)
        if consent is None:
            return current
        session.add(ConsentRow(**{name: getattr(consent, name) for name in _COLUMNS}))
        current = {**current, consent.kind: consent}
        events.record(session, tell(consent, current))
        return current

    return sql.retrying(act, key=user_id)


def current(user_id: str) -> Current:
    """How somebody's consents stand."""
    # Read-write, so from the writer: who has just changed one must see it.
    with sql.session() as session:
        return _current(session, user_id)


def history(user_id: str, *, limit: int, before: int | None) -> list[Consent]:
    """What somebody gave and withdrew, newest first: at most `limit`, with versions below `before`."""
    query = select(ConsentRow).where(*_of(user_id)).order_by(ConsentRow.version.desc()).limit(limit)
    if before is not None:
        query = query.where(ConsentRow.version < before)
    with sql.session() as session:
        return [_consent(row) for row in session.scalars(query)]


def everything(user_id: str) -> Iterator[Consent]:
    """All that somebody gave and withdrew, oldest first."""
    with sql.session() as session:
        rows = session.scalars(select(ConsentRow).where(*_of(user_id)).order_by(ConsentRow.version)).all()
    for row in rows:
        yield _consent(row)


def rename(user_id: str, pseudonym: str, at: datetime) -> int:
    """Let somebody's rows go by `pseudonym` for good, without their network; says how many there were.

    Repeating it is harmless.
    """

    def act(session: sql.Session) -> int:
        erased.mark(session, user_id, at)
        renamed = session.execute(
            update(ConsentRow).where(*_of(user_id)).values(user_id=pseudonym, network="").returning(ConsentRow.id),
            execution_options={"synchronize_session": False},
        )
        return len(renamed.all())

    return sql.retrying(act, key=user_id)


def _current(session: Session, user_id: str) -> Current:
    newest = (
        select(ConsentRow)
        .where(*_of(user_id))
        .ext(distinct_on(ConsentRow.kind))
        .order_by(ConsentRow.kind, ConsentRow.version.desc())
    )
    return {Kind(row.kind): _consent(row) for row in session.scalars(newest)}


def _of(user_id: str) -> tuple[ColumnElement[bool], ...]:
    # The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
    return ConsentRow.slot == ids.slot_of(user_id), ConsentRow.user_id == user_id


def _consent(row: ConsentRow) -> Consent:
    return Consent(**{name: getattr(row, name) for name in _COLUMNS} | {"kind": Kind(row.kind)})


_COLUMNS = ("id", "user_id", "version", "kind", "given", "policy_version", "at", "network")
