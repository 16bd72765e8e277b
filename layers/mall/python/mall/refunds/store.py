"""Refunds in PostgreSQL. Functions with a `session` work in the transaction of whoever calls them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Select, case, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mall import ids, sql
from mall.money import Money
from mall.refunds.model import Part, Refund, RefundLine, RefundSourceDiffers, Source, State
from mall.refunds.tables import RefundLineRow, RefundPartRow, RefundRow, RefundSourceRow

_UNSYNCHRONIZED = {"synchronize_session": False}
_ON_THE_WAY = text("""
SELECT channel, currency, sum(amount) AS amount FROM refund_part
WHERE slot = ANY(:slots) AND kind = 'channel' AND state <> 'success' GROUP BY channel, currency
""")
_NOT_ASKED_BACK = text("""
SELECT s.reference, s.refunded, coalesce(p.amount, 0) AS parts FROM refund_source s
LEFT JOIN (
    SELECT kind, source, sum(amount) AS amount FROM refund_part WHERE slot = ANY(:slots) GROUP BY kind, source
) AS p ON p.kind = s.kind AND p.source = s.reference
WHERE s.slot = ANY(:slots) AND s.refunded <> coalesce(p.amount, 0)
""")
_FRESH = {"populate_existing": True}


# --- sources


def lock_sources(session: sql.Session, user_id: str, sources: Sequence[Source]) -> dict[Source, Money]:
    """What was asked back of each source, none of which anybody else asks until the transaction ends.

    Raises RefundSourceDiffers where a source is said to have paid something else than before.
    """
    if not sources:
        return {}
    slot = ids.slot_of(user_id)
    ordered = sorted(sources, key=lambda source: (source.kind, source.reference))
    rows = [
        {
            "slot": slot,
            "kind": source.kind,
            "reference": source.reference,
            "user_id": user_id,
            "paid": source.paid.cents,
            "refunded": 0,
            "currency": source.paid.currency,
        }
        for source in ordered
    ]
    # The update changes nothing, but locks the row.
    statement = upsert(RefundSourceRow).values(rows)
    locked = statement.on_conflict_do_update(
        index_elements=["slot", "kind", "reference"], set_={"paid": RefundSourceRow.paid}
    ).returning(RefundSourceRow.kind, RefundSourceRow.reference, RefundSourceRow.paid, RefundSourceRow.refunded)
    found = {(row.kind, row.reference): row for row in session.execute(locked)}
    given_back = {}
    for source in ordered:
        row = found[source.kind, source.reference]
        if row.paid != source.paid.cents:
            raise RefundSourceDiffers(reference=source.reference)
        given_back[source] = Money(row.refunded, source.paid.currency)
    return given_back


def take_back(session: sql.Session, user_id: str, parts: Sequence[Part]) -> None:
    """Count the parts of a new refund against their sources, which are locked."""
    if not parts:
        return
    keys = [(part.kind, part.source) for part in parts]
    more = case(
        *(
            ((RefundSourceRow.kind == part.kind) & (RefundSourceRow.reference == part.source), part.amount.cents)
            for part in parts
        ),
        else_=0,
    )
    session.execute(
        update(RefundSourceRow)
        .where(
            RefundSourceRow.slot == ids.slot_of(user_id),
            tuple_(RefundSourceRow.kind, RefundSourceRow.reference).in_(keys),
        )
        .values(refunded=RefundSourceRow.refunded + more),
        execution_options=_UNSYNCHRONIZED,
    )


# --- refunds


def add(session: sql.Session, refund: Refund) -> None:
    """Store a new refund with its lines and parts."""
    slot = ids.slot_of(refund.user_id)
    session.execute(
        insert(RefundRow).values(
            slot=slot,
            id=refund.id,
            user_id=refund.user_id,
            trade_id=refund.trade_id,
            order_id=refund.order_id,
            merchant_id=refund.merchant_id,
            key=refund.key,
            amount=refund.amount.cents,
            freight=refund.freight.cents,
            currency=refund.amount.currency,
            reason=refund.reason,
            requested_by=refund.by,
            state=refund.state.value,
            created_at=refund.created_at,
            finished_at=refund.finished_at,
        )
    )
    if refund.lines:
        session.execute(insert(RefundLineRow).values([_line_columns(refund, line) for line in refund.lines]))
    if refund.parts:
        session.execute(insert(RefundPartRow).values([_part_columns(part) for part in refund.parts]))


def with_key(session: sql.Session, user_id: str, key: str) -> Refund | None:
    """The refund that was requested under this key."""
    found = _read(session, select(RefundRow).where(RefundRow.slot == ids.slot_of(user_id), RefundRow.key == key))
    return found[0] if found else None


def of_order(session: sql.Session, user_id: str, order_id: str) -> list[Refund]:
    """The refunds of one order of somebody's, the oldest first."""
    query = select(RefundRow).where(
        RefundRow.slot == ids.slot_of(user_id), RefundRow.user_id == user_id, RefundRow.order_id == order_id
    )
    return _read(session, query.order_by(RefundRow.id))


def find(session: sql.Session, refund_id: str, *, lock: bool = False) -> Refund | None:
    """One refund, whoever's it is, locked until the transaction ends if wanted."""
    query = select(RefundRow).where(RefundRow.slot == ids.slot_of(refund_id), RefundRow.id == refund_id)
    found = _read(session, query.with_for_update() if lock else query)
    return found[0] if found else None


def open_ones(state: State | None, *, limit: int, after: str | None) -> list[Refund]:
    """Refunds that are not finished, or those in `state`, the oldest first: at most `limit`, newer than `after`."""
    query = select(RefundRow).where(RefundRow.state != State.SUCCESS.value).order_by(RefundRow.id).limit(limit)
    if state is not None:
        query = query.where(RefundRow.state == state.value)
    if after is not None:
        query = query.where(RefundRow.id > after)
    with sql.session(read_only=True) as session:
        return _read(session, query, scatter=True)


def finish(session: sql.Session, refund: Refund, state: State, *, at: datetime) -> None:
    """Say how a locked refund stands."""
    session.execute(
        update(RefundRow)
        .where(RefundRow.slot == ids.slot_of(refund.id), RefundRow.id == refund.id)
        .values(state=state.value, finished_at=at if state is State.SUCCESS else None),
        execution_options=_UNSYNCHRONIZED,
    )


# --- parts


def change_part(session: sql.Session, part: Part) -> None:
    """Write how a part of a locked refund stands."""
    session.execute(
        update(RefundPartRow)
        .where(RefundPartRow.slot == ids.slot_of(part.id), RefundPartRow.id == part.id)
        .values(
            state=part.state.value,
            accepted=part.accepted,
            tries=part.tries,
            next_try_at=part.next_try_at,
            problem=part.problem,
        ),
        execution_options=_UNSYNCHRONIZED,
    )


def is_free(session: sql.Session, part: Part) -> bool:
    """Whether no other part of the same payment is on its way, and none can set out until the transaction ends."""
    session.execute(
        select(RefundSourceRow.paid)
        .where(
            RefundSourceRow.slot == ids.slot_of(part.id),
            RefundSourceRow.kind == part.kind,
            RefundSourceRow.reference == part.source,
        )
        .with_for_update()
    )
    other = select(RefundPartRow.id).where(
        RefundPartRow.slot == ids.slot_of(part.id),
        RefundPartRow.attempt_id == part.attempt_id,
        RefundPartRow.state == State.REFUNDING.value,
        RefundPartRow.id != part.id,
    )
    return session.scalar(other) is None


def due(at: datetime, *, limit: int) -> list[str]:
    """The refunds that have a part to be tried by now, the longest due first."""
    query = (
        select(RefundPartRow.refund_id, RefundPartRow.next_try_at, RefundPartRow.id)
        .where(RefundPartRow.next_try_at <= at)
        .order_by(RefundPartRow.next_try_at, RefundPartRow.id)
        .limit(limit)
    )
    with sql.session(read_only=True) as session:
        rows = session.execute(query, execution_options={"scatter": True})
        return list(dict.fromkeys(row.refund_id for row in rows))


def waiting_for(attempt_id: str) -> str | None:
    """The oldest refund with a part of this payment that has not set out yet."""
    query = (
        select(RefundPartRow.refund_id)
        .where(
            RefundPartRow.slot == ids.slot_of(attempt_id),
            RefundPartRow.attempt_id == attempt_id,
            RefundPartRow.state == State.REQUESTED.value,
        )
        .order_by(RefundPartRow.id)
        .limit(1)
    )
    with sql.session() as session:
        return session.scalar(query)


def count_stuck(tries: int) -> int:
    """How many parts were tried `tries` times and more, and are not through."""
    query = select(RefundPartRow.id).where(RefundPartRow.next_try_at.is_not(None), RefundPartRow.tries >= tries)
    with sql.session(read_only=True) as session:
        return len(session.scalars(query, execution_options={"scatter": True}).all())


def _read(session: sql.Session, query: Select[Any], *, scatter: bool = False) -> list[Refund]:
    """The refunds that `query` finds, with their lines and parts: three statements, however many there are."""
    options = {"scatter": scatter, **_FRESH}
    rows = list(session.scalars(query, execution_options=options))
    if not rows:
        return []
    wanted = [row.id for row in rows]
    lines: dict[str, list[RefundLine]] = {id: [] for id in wanted}
    parts: dict[str, list[Part]] = {id: [] for id in wanted}
    currency = {row.id: row.currency for row in rows}
    for line in session.scalars(
        select(RefundLineRow).where(*_of_refunds(RefundLineRow, wanted)).order_by(RefundLineRow.line_id),
        execution_options=options,
    ):
        lines[line.refund_id].append(_line(line, currency[line.refund_id]))
    for part in session.scalars(
        select(RefundPartRow).where(*_of_refunds(RefundPartRow, wanted)).order_by(RefundPartRow.kind, RefundPartRow.id),
        execution_options=options,
    ):
        parts[part.refund_id].append(_part(part))
    return [_refund(row, lines[row.id], parts[row.id]) for row in rows]


def _of_refunds(row: type[RefundLineRow] | type[RefundPartRow], wanted: list[str]) -> tuple[ColumnElement[bool], ...]:
    # The slots are implied, but naming them lets PostgreSQL look into the partitions that it must.
    return row.slot.in_({ids.slot_of(id) for id in wanted}), row.refund_id.in_(wanted)


def _line_columns(refund: Refund, line: RefundLine) -> dict[str, Any]:
    return {
        "slot": ids.slot_of(refund.id),
        "refund_id": refund.id,
        "line_id": line.line_id,
        "user_id": refund.user_id,
        "quantity": line.quantity,
        "amount": line.amount.cents,
        "platform_part": line.platform_part.cents,
        "merchant_part": line.merchant_part.cents,
    }


def _part_columns(part: Part) -> dict[str, Any]:
    return {
        "slot": ids.slot_of(part.id),
        "id": part.id,
        "refund_id": part.refund_id,
        "user_id": part.user_id,
        "kind": part.kind,
        "source": part.source,
        "attempt_id": part.attempt_id,
        "channel": part.channel,
        "amount": part.amount.cents,
        "currency": part.amount.currency,
        "state": part.state.value,
        "accepted": part.accepted,
        "tries": part.tries,
        "next_try_at": part.next_try_at,
        "problem": part.problem,
    }


def _refund(row: RefundRow, lines: list[RefundLine], parts: list[Part]) -> Refund:
    return Refund(
        id=row.id,
        user_id=row.user_id,
        trade_id=row.trade_id,
        order_id=row.order_id,
        merchant_id=row.merchant_id,
        key=row.key,
        amount=Money(row.amount, row.currency),
        freight=Money(row.freight, row.currency),
        lines=tuple(lines),
        parts=tuple(parts),
        reason=row.reason,
        by=row.requested_by,
        state=State(row.state),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _line(row: RefundLineRow, currency: str) -> RefundLine:
    amount, platform, merchant = (Money(some, currency) for some in (row.amount, row.platform_part, row.merchant_part))
    return RefundLine(row.line_id, row.quantity, amount, platform, merchant)


def _part(row: RefundPartRow) -> Part:
    return Part(
        id=row.id,
        refund_id=row.refund_id,
        user_id=row.user_id,
        kind=cast("Literal['channel', 'wallet']", row.kind),
        source=row.source,
        attempt_id=row.attempt_id,
        channel=row.channel,
        amount=Money(row.amount, row.currency),
        state=State(row.state),
        accepted=row.accepted,
        tries=row.tries,
        next_try_at=row.next_try_at,
        problem=row.problem,
    )


def on_the_way(session: sql.Session, slots: tuple[int, ...]) -> dict[tuple[str, str], int]:
    """How much is on its way back through each channel, by (channel, currency)."""
    rows = session.execute(_ON_THE_WAY, {"slots": list(slots)})
    return {(row.channel, row.currency): int(row.amount) for row in rows}


def not_asked_back(session: sql.Session, slots: tuple[int, ...]) -> list[tuple[str, int, int]]:
    """Sources of which another amount is noted than their parts come to: which, noted, parts."""
    rows = session.execute(_NOT_ASKED_BACK, {"slots": list(slots)})
    return [(row.reference, int(row.refunded), int(row.parts)) for row in rows]
