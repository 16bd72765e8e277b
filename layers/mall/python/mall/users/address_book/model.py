"""Addresses: what makes one complete, and what a change of it means."""

from dataclasses import dataclass, replace
from datetime import datetime

from mall import errors
from mall.users.address_book import divisions

MOST_ADDRESSES = 50


class AddressNotFound(errors.NotFound):
    message = "There is no such address in your address book."


class AddressChanged(errors.Conflict):
    message = "This address was changed meanwhile. Read it again."


class AddressBookFull(errors.Conflict):
    message = f"An address book holds {MOST_ADDRESSES} addresses. Remove one first."


class NoSuchDivision(errors.NotFound):
    message = "There is no such administrative division."


class IncompleteAddress(errors.Invalid):
    message = "The address is not complete."


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is sent, in China (`division` is set) or abroad; names as they are written on a parcel."""

    country: str
    division: str
    region: str
    city: str
    district: str
    lines: tuple[str, ...]
    postal_code: str

    @classmethod
    def in_china(cls, division: str, lines: tuple[str, ...], postal_code: str = "") -> "Place":
        """A place in the county, district or undivided city with the code `division`. Raises IncompleteAddress."""
        way = divisions.path(division)
        if not way:
            raise IncompleteAddress("There is no administrative division with this code.", field="division")
        if way[-1].divided:
            raise IncompleteAddress(f"Name the district within {way[-1].name}.", field="division")
        if postal_code and not (len(postal_code) == 6 and postal_code.isascii() and postal_code.isdigit()):
            raise IncompleteAddress("A postal code in China has six digits.", field="postal_code")
        region, *middle = [step.name for step in way]
        # Beijing's districts and the counties that a province administers itself have no city between.
        city, district = (["", *middle] if division[4:] != "00" else [*middle, ""])[-2:]
        return cls(divisions.CHINA, division, region, city, district, lines, postal_code)

    @classmethod
    def abroad(cls, country: str, region: str, city: str, lines: tuple[str, ...], postal_code: str = "") -> "Place":
        """A place in another country (ISO 3166-1). Raises IncompleteAddress."""
        if country in divisions.NOT_ABROAD:
            raise IncompleteAddress("Name this place by its administrative division in China.", field="division")
        if country not in divisions.countries():
            raise IncompleteAddress("There is no country with this code.", field="country")
        if not city:
            raise IncompleteAddress("Name the city.", field="city")
        return cls(country, "", region, city, "", lines, postal_code)

    def written(self) -> str:
        """The place on one line: from the largest part to the smallest in China, the other way round abroad."""
        if self.country == divisions.CHINA:
            return "".join((self.region, self.city, self.district, *self.lines))
        locality = " ".join(part for part in (self.city, self.region, self.postal_code) if part)
        return ", ".join((*self.lines, locality, divisions.countries()[self.country].english))


@dataclass(frozen=True, slots=True)
class Address:
    """An entry of somebody's address book; `phone` is E.164, `label` is the owner's own word for it ("office")."""

    id: str
    user_id: str
    recipient: str
    phone: str
    place: Place
    label: str
    default: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def add(
        cls, *, id: str, user_id: str, recipient: str, phone: str, place: Place, label: str, default: bool, at: datetime
    ) -> "Address":
        """A new entry."""
        return cls(id, user_id, recipient, phone, place, label, default, 1, at, at)

    def change(
        self, *, version: int, recipient: str, phone: str, place: Place, label: str, default: bool, at: datetime
    ) -> "Address":
        """This entry with other contents. Raises AddressChanged unless `version` is the one it has."""
        if version != self.version:
            raise AddressChanged
        return replace(
            self,
            recipient=recipient,
            phone=phone,
            place=place,
            label=label,
            default=default,
            version=self.version + 1,
            updated_at=at,
        )
