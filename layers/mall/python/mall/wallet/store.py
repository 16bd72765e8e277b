"""Wallets in PostgreSQL. Whatever changes a balance first locks its wallet, so changes of one wallet happen in turn."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mall import ids, sql
from mall.money import Money
from mall.wallet import model
from mall.wallet.model import Entry, EntryKind, Hold, HoldState, Wallet
from mall.wallet.tables import HoldRow, WalletEntryRow, WalletRow

_UNSYNCHRONIZED = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Locked:
    """A wallet that nobody else changes until the transaction ends; `spent` is what went on `spent_on`."""

    balance: Money
    held: Money
    spent_on: date
    spent: Money

    def spent_on_day(self, day: date) -> Money:
        """What was spent on `day`, the latest there is."""
        return self.spent if self.spent_on == day else Money(0, self.spent.currency)


@dataclass(frozen=True, slots=True)
class Kept:
    """A wallet's two amounts, and what its holds and its history come to."""

    user_id: str
    currency: str
    balance: int
    held: int
    in_holds: int
    in_history: int


_EVERYTHING = text("""
SELECT w.user_id, w.currency, w.balance, w.held, coalesce(h.amount, 0) AS in_holds, coalesce(e.amount, 0) AS in_history
FROM wallet w
LEFT JOIN (
    SELECT user_id, sum(amount) AS amount FROM wallet_hold WHERE slot = ANY(:slots) AND state = 'held' GROUP BY user_id
) AS h ON h.user_id = w.user_id
LEFT JOIN (
    SELECT user_id, sum(amount) AS amount FROM wallet_entry WHERE slot = ANY(:slots) GROUP BY user_id
) AS e ON e.user_id = w.user_id
WHERE w.slot = ANY(:slots)
""")


def lock(session: sql.Session, user_id: str, *, at: datetime) -> Locked:
    """Somebody's wallet, locked; an empty one is made where there is none."""
    found = _locked(session, user_id)
    if found is None:
        open_wallet(session, user_id, at=at)
        found = _locked(session, user_id)
        assert found is not None, "a wallet is never deleted"
    return found


def open_wallet(session: sql.Session, user_id: str, *, at: datetime) -> None:
    """Make an empty wallet where there is none."""
    empty = {
        "user_id": user_id,
        "currency": model.CURRENCY,
        "balance": 0,
        "held": 0,
        "spent_on": model.day_of(at),
        "spent": 0,
        "password_hash": "",
        "failures": 0,
        "created_at": at,
    }
    session.execute(insert(WalletRow).values(**empty).on_conflict_do_nothing())


def change(session: sql.Session, user_id: str, to: Locked) -> None:
    """Let a locked wallet hold what `to` says."""
    session.execute(
        update(WalletRow)
        .where(*_of(user_id))
        .values(balance=to.balance.cents, held=to.held.cents, spent_on=to.spent_on, spent=to.spent.cents),
        execution_options=_UNSYNCHRONIZED,
    )


def add_entry(
    session: sql.Session,
    user_id: str,
    *,
    key: str,
    kind: EntryKind,
    reference: str,
    amount: Money,
    balance: Money,
    at: datetime,
) -> bool:
    """Add a line to the history of a locked wallet; False when there is one with this key."""
    values = {
        "id": ids.new("wle", slot=ids.slot_of(user_id), at=at),
        "user_id": user_id,
        "key": key,
        "kind": kind.value,
        "reference": reference,
        "amount": amount.cents,
        "currency": amount.currency,
        "balance": balance.cents,
        "created_at": at,
    }
    added = insert(WalletEntryRow).values(**values).on_conflict_do_nothing().returning(WalletEntryRow.id)
    return session.scalar(added) is not None


def find_hold(session: sql.Session, user_id: str, trade_id: str) -> Hold | None:
    """What somebody's wallet holds or held for a trade, locked."""
    row = session.execute(
        select(HoldRow.id, HoldRow.amount, HoldRow.currency, HoldRow.state, HoldRow.created_at)
        .where(HoldRow.slot == ids.slot_of(user_id), HoldRow.trade_id == trade_id, HoldRow.user_id == user_id)
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    return Hold(row.id, user_id, trade_id, Money(row.amount, row.currency), HoldState(row.state), row.created_at)


def add_hold(session: sql.Session, hold: Hold) -> None:
    """Store a new hold of a locked wallet."""
    values = {
        "id": hold.id,
        "user_id": hold.user_id,
        "trade_id": hold.trade_id,
        "amount": hold.amount.cents,
        "currency": hold.amount.currency,
        "state": hold.state.value,
        "created_at": hold.at,
    }
    session.execute(insert(HoldRow).values(**values))


def end_hold(session: sql.Session, hold: Hold, state: HoldState, *, at: datetime) -> None:
    """Say what became of a hold."""
    session.execute(
        update(HoldRow)
        .where(HoldRow.slot == ids.slot_of(hold.user_id), HoldRow.id == hold.id)
        .values(state=state.value, ended_at=at),
        execution_options=_UNSYNCHRONIZED,
    )


def load(user_id: str, *, at: datetime) -> Wallet:
    """Somebody's wallet, an empty one where there is none."""
    # Read-write, so from the writer: who has just paid must see it.
    with sql.session() as session:
        row = session.scalars(select(WalletRow).where(*_of(user_id))).one_or_none()
        if row is None:
            return Wallet(user_id)
        spent = row.spent if row.spent_on == model.day_of(at) else 0
        amounts = [Money(cents, row.currency) for cents in (row.balance, row.held, spent)]
        return Wallet(user_id, amounts[0], amounts[1], bool(row.password_hash), amounts[2])


def history(user_id: str, *, limit: int, before: str | None) -> list[Entry]:
    """What somebody's wallet did, the latest first: at most `limit`, older than the entry `before`."""
    query = (
        select(WalletEntryRow)
        .where(WalletEntryRow.slot == ids.slot_of(user_id), WalletEntryRow.user_id == user_id)
        .order_by(WalletEntryRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(WalletEntryRow.id < before)
    with sql.session() as session:
        return [_entry(row) for row in session.scalars(query)]


def topped_up_since(user_id: str, since: datetime) -> Money:
    """How much somebody's top-ups have come to since then."""
    query = select(func.sum(WalletEntryRow.amount)).where(
        WalletEntryRow.slot == ids.slot_of(user_id),
        WalletEntryRow.user_id == user_id,
        WalletEntryRow.kind == EntryKind.TOP_UP.value,
        WalletEntryRow.created_at >= since,
        # Ids sort by time, so the index finds the few of one day.
        WalletEntryRow.id > ids.new("wle", slot=0, at=since)[:14],
    )
    with sql.session() as session:
        return Money(int(session.scalar(query) or 0), model.CURRENCY)


def count_attempt(user_id: str, *, at: datetime) -> str:
    """Count an attempt at the payment password as a wrong one before it is looked at; gives the hash to look at.

    Raises PaymentPasswordMissing, PaymentPasswordLocked.
    """
    failures = case((WalletRow.locked_until.is_(None), WalletRow.failures), else_=0) + 1
    counted = (
        update(WalletRow)
        .where(
            *_of(user_id),
            WalletRow.password_hash != "",
            WalletRow.locked_until.is_(None) | (WalletRow.locked_until <= at),
        )
        .values(
            failures=failures,
            locked_until=case((failures >= model.PASSWORD_ATTEMPTS, at + model.LOCKED_FOR), else_=None),
        )
        .returning(WalletRow.password_hash)
    )

    def act(session: sql.Session) -> str:
        stored = session.scalar(counted, execution_options=_UNSYNCHRONIZED)
        if stored is not None:
            return stored
        locked_until = session.scalar(select(WalletRow.locked_until).where(*_of(user_id)))
        if locked_until is None:
            raise model.PaymentPasswordMissing
        raise model.PaymentPasswordLocked(retry_after=max(1, int((locked_until - at).total_seconds())))

    return sql.retrying(act, key=user_id)


def forget_attempts(user_id: str) -> None:
    """Take back the attempts that were counted: one was right."""
    clear = update(WalletRow).where(*_of(user_id)).values(failures=0, locked_until=None)
    sql.retrying(lambda session: session.execute(clear, execution_options=_UNSYNCHRONIZED), key=user_id)


def set_password(user_id: str, password_hash: str, *, at: datetime) -> None:
    """Store another payment password, of which nobody has tried any yet."""
    changed = update(WalletRow).where(*_of(user_id)).values(password_hash=password_hash, failures=0, locked_until=None)

    def act(session: sql.Session) -> None:
        open_wallet(session, user_id, at=at)
        session.execute(changed, execution_options=_UNSYNCHRONIZED)

    sql.retrying(act, key=user_id)


def forget_password(user_id: str) -> None:
    """Delete somebody's payment password; without one, or without a wallet, nothing happens."""
    cleared = update(WalletRow).where(*_of(user_id)).values(password_hash="", failures=0, locked_until=None)
    sql.retrying(lambda session: session.execute(cleared, execution_options=_UNSYNCHRONIZED), key=user_id)


def _locked(session: sql.Session, user_id: str) -> Locked | None:
    columns = (WalletRow.balance, WalletRow.held, WalletRow.spent_on, WalletRow.spent, WalletRow.currency)
    row = session.execute(select(*columns).where(*_of(user_id)).with_for_update()).one_or_none()
    if row is None:
        return None
    amounts = [Money(cents, row.currency) for cents in (row.balance, row.held, row.spent)]
    return Locked(amounts[0], amounts[1], row.spent_on, amounts[2])


def _of(user_id: str) -> tuple[ColumnElement[bool], ...]:
    # The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
    return WalletRow.slot == ids.slot_of(user_id), WalletRow.user_id == user_id


def _entry(row: WalletEntryRow) -> Entry:
    amount, balance = Money(row.amount, row.currency), Money(row.balance, row.currency)
    return Entry(row.id, EntryKind(row.kind), row.reference, amount, balance, row.created_at)


def everything(session: sql.Session, slots: tuple[int, ...]) -> list[Kept]:
    """Every wallet of some slots, with what its holds and its history come to."""
    rows = session.execute(_EVERYTHING, {"slots": list(slots)})
    return [
        Kept(row.user_id, row.currency, row.balance, row.held, int(row.in_holds), int(row.in_history)) for row in rows
    ]
