"""What people do with their address book. Whose book it is comes from the caller alone."""

from collections.abc import Iterator
from typing import Any

from mall import clock, ids
from mall.users.address_book import phones, store
from mall.users.address_book.model import Address
from mall.users.address_book.schemas import AddressView, ChangedAddress, NewAddress


def add(user_id: str, form: NewAddress) -> Address:
    """Add an address to somebody's book.

    Raises IncompleteAddress, NotAPhoneNumber, AddressBookFull or AccountClosed.
    """
    now = clock.now()
    return store.add(
        Address.add(
            id=ids.new("adr", slot=ids.slot_of(user_id), at=now),
            user_id=user_id,
            recipient=form.recipient,
            phone=phones.normalized(form.phone, form.country),
            place=form.place(),
            label=form.label,
            default=form.default,
            at=now,
        )
    )


def listed(user_id: str) -> list[Address]:
    """Somebody's addresses, the default first, then the newest first."""
    return store.of_user(user_id)


def get(user_id: str, address_id: str) -> Address:
    """One address of somebody's own. Raises AddressNotFound."""
    return store.load(user_id, address_id)


def update(user_id: str, address_id: str, form: ChangedAddress) -> Address:
    """Replace an address.

    Raises AddressNotFound, AddressChanged, IncompleteAddress, NotAPhoneNumber or AccountClosed.
    """
    phone, place, now = phones.normalized(form.phone, form.country), form.place(), clock.now()
    return store.change(
        user_id,
        address_id,
        lambda address: address.change(
            version=form.version,
            recipient=form.recipient,
            phone=phone,
            place=place,
            label=form.label,
            default=form.default,
            at=now,
        ),
    )


def remove(user_id: str, address_id: str) -> None:
    """Remove an address; one that is gone already is no mistake, so a repetition succeeds."""
    store.remove(user_id, address_id)


def export(user_id: str) -> Iterator[dict[str, Any]]:
    """Everything that somebody's address book holds, for the copy of their data (JSON types)."""
    for address in store.of_user(user_id):
        yield AddressView.of(address).model_dump(mode="json")


def erase(user_id: str) -> int:
    """Delete somebody's address book for good and say how many addresses it held; repeating it is harmless."""
    return store.erase(user_id, clock.now())
