"""An address as an order keeps it."""

from collections.abc import Mapping
from typing import Any

from mall.users.address_book.model import Address


def snapshot(address: Address) -> dict[str, Any]:
    """The copy of an address that an order is sent to."""
    place = address.place
    return {
        "recipient": address.recipient,
        "phone": address.phone,
        "country": place.country,
        "division": place.division,
        "region": place.region,
        "city": place.city,
        "district": place.district,
        "lines": list(place.lines),
        "postal_code": place.postal_code,
        "written": place.written(),
    }


def reduced(address: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of the copy when nobody may know any more who lived there: where sales went, for the books."""
    return {name: address.get(name, "") for name in ("country", "division")}
