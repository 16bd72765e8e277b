"""The address book in PostgreSQL. Every change first locks its owner, so changes of one book happen in turn."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from mall import ids, sql
from mall.users.address_book.model import MOST_ADDRESSES, Address, AddressBookFull, AddressNotFound, Place
from mall.users.address_book.tables import AddressRow
from mall.users.erased import store as erased

_ADDRESS = sql.prepared(select(AddressRow).where(sql.given(AddressRow.slot, AddressRow.user_id, AddressRow.id)))


def of_user(user_id: str) -> list[Address]:
    """Somebody's addresses, the default first, then the newest first."""
    # Read-write, so from the writer: who has just added an address must find it in the list.
    with sql.session() as session:
        rows = session.scalars(
            select(AddressRow).where(*_of(user_id)).order_by(AddressRow.is_default.desc(), AddressRow.id.desc())
        )
        return [_address(row) for row in rows]


def load(user_id: str, address_id: str) -> Address:
    """One address of somebody's. Raises AddressNotFound, also when it is another's."""
    if not _is_own(user_id, address_id):
        raise AddressNotFound
    with sql.session() as session:
        row = _ADDRESS(session, user_id=user_id, id=address_id).first()
        if row is None:
            raise AddressNotFound
        return _address(row)


def add(address: Address) -> Address:
    """Put an address into its owner's book; the first one becomes the default.

    Raises AddressBookFull, or AccountClosed when the owner was erased.
    """
    user_id = address.user_id

    def act(session: sql.Session) -> Address:
        erased.lock(session, user_id)
        held = session.scalar(select(func.count()).select_from(AddressRow).where(*_of(user_id))) or 0
        if held >= MOST_ADDRESSES:
            raise AddressBookFull
        added = replace(address, default=address.default or not held)
        if added.default:
            _clear_default(session, user_id)
        session.add(AddressRow(**_columns(added)))
        return added

    return sql.retrying(act, key=user_id)


def change(user_id: str, address_id: str, to: Callable[[Address], Address]) -> Address:
    """Replace an address by what `to` makes of it, while nobody else can change the book.

    Raises AddressNotFound, or AccountClosed when the owner was erased.
    """
    if not _is_own(user_id, address_id):
        raise AddressNotFound

    def act(session: sql.Session) -> Address:
        erased.lock(session, user_id)
        row = session.scalars(select(AddressRow).where(*_of(user_id), AddressRow.id == address_id)).first()
        if row is None:
            raise AddressNotFound
        changed = to(_address(row))
        if changed.default and not row.is_default:
            _clear_default(session, user_id)
        for name, value in _columns(changed).items():
            setattr(row, name, value)
        return changed

    return sql.retrying(act, key=user_id)


def remove(user_id: str, address_id: str) -> bool:
    """Take an address out of its owner's book; False when it was not there."""
    if not _is_own(user_id, address_id):
        return False
    with sql.session() as session:
        result: Any = session.execute(delete(AddressRow).where(*_of(user_id), AddressRow.id == address_id))
        return bool(result.rowcount)


def erase(user_id: str, at: datetime) -> int:
    """Delete somebody's whole book for good and say how many addresses it held; repeating it is harmless."""

    def act(session: sql.Session) -> int:
        erased.mark(session, user_id, at)
        result: Any = session.execute(delete(AddressRow).where(*_of(user_id)))
        return int(result.rowcount)

    return sql.retrying(act, key=user_id)


def _of(user_id: str) -> tuple[ColumnElement[bool], ...]:
    # The slot is implied, but naming it lets PostgreSQL look into one partition instead of eight.
    return AddressRow.slot == ids.slot_of(user_id), AddressRow.user_id == user_id


def _is_own(user_id: str, address_id: str) -> bool:
    """Whether the id could be that of an address in this book: the two ids carry the same slot."""
    try:
        return ids.slot_of(address_id) == ids.slot_of(user_id)
    except ids.MalformedId:
        return False


def _clear_default(session: sql.Session, user_id: str) -> None:
    session.execute(
        update(AddressRow).where(*_of(user_id), AddressRow.is_default).values(is_default=False),
        execution_options={"synchronize_session": False},
    )


def _address(row: Any) -> Address:
    place = Place(
        country=row.country,
        division=row.division,
        region=row.region,
        city=row.city,
        district=row.district,
        lines=tuple(row.lines),
        postal_code=row.postal_code,
    )
    return Address(
        id=row.id,
        user_id=row.user_id,
        recipient=row.recipient,
        phone=row.phone,
        place=place,
        label=row.label,
        default=row.is_default,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _columns(address: Address) -> dict[str, Any]:
    columns: dict[str, Any] = asdict(address)
    place: dict[str, Any] = columns.pop("place")
    default: bool = columns.pop("default")
    return columns | place | {"lines": list(address.place.lines), "is_default": default}
