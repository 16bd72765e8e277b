"""What clients send and get of the address book."""

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from mall.http import Body, View
from mall.users.address_book import divisions
from mall.users.address_book.model import Address, Place

# Whatever prints on a label: no control characters, no line breaks (Cc, Zl, Zp), which would forge further lines.
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PRINTABLE)]
_Line = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=_PRINTABLE)]
_Part = Annotated[str, StringConstraints(max_length=64, pattern=_PRINTABLE)]

_IN_CHINA: dict[str, JsonValue] = {
    "recipient": "李雷",
    "phone": "13800138000",
    "division": "440305",
    "lines": ["深南大道10000号"],
    "label": "公司",
    "default": True,
}
_ABROAD: dict[str, JsonValue] = {
    "recipient": "Jane Doe",
    "phone": "+44 20 7946 0958",
    "country": "GB",
    "city": "London",
    "lines": ["221B Baker Street"],
    "postal_code": "NW1 6XE",
}


class NewAddress(Body):
    """An address: in China by its `division`, abroad by `country`, `region` (where there is one) and `city`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN_CHINA, _ABROAD]})

    recipient: _Name
    phone: str = Field(min_length=5, max_length=24, description="With its country code, or a number of `country`.")
    country: str = Field(default=divisions.CHINA, pattern="^[A-Z]{2}$", description="ISO 3166-1, two letters.")
    division: str = Field(
        default="", pattern=r"^(\d{6})?$", description="GB/T 2260 code of the county or district; in China only."
    )
    region: _Part = Field(default="", description="State or province; abroad only.")
    city: _Part = Field(default="", description="Abroad only.")
    lines: list[_Line] = Field(min_length=1, max_length=3, description="Street, house number, building, flat.")
    postal_code: str = Field(default="", max_length=16, pattern=r"^[A-Za-z0-9 \-]*$")
    label: Annotated[str, StringConstraints(max_length=16, pattern=_PRINTABLE)] = Field(
        default="", description="The owner's own word for it."
    )
    default: bool = Field(default=False, description="Whether to offer it first; takes that from any other address.")

    def place(self) -> Place:
        """The place that is meant. Raises IncompleteAddress."""
        if self.country == divisions.CHINA:
            return Place.in_china(self.division, tuple(self.lines), self.postal_code)
        return Place.abroad(self.country, self.region, self.city, tuple(self.lines), self.postal_code)


class ChangedAddress(NewAddress):
    """The whole address as it shall be, and the `version` that was read before."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN_CHINA | {"version": 1}]})

    version: int = Field(ge=1)


class AddressView(View):
    """An entry of one's address book."""

    id: str
    recipient: str
    phone: str
    country: str
    division: str
    region: str
    city: str
    district: str
    lines: list[str]
    postal_code: str
    written: str = Field(description="The place on one line, as it is written in its country.")
    label: str
    default: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, address: Address) -> "AddressView":
        """The view of `address`, for its owner only."""
        place = address.place
        return cls(
            id=address.id,
            recipient=address.recipient,
            phone=address.phone,
            country=place.country,
            division=place.division,
            region=place.region,
            city=place.city,
            district=place.district,
            lines=list(place.lines),
            postal_code=place.postal_code,
            written=place.written(),
            label=address.label,
            default=address.default,
            version=address.version,
            created_at=address.created_at,
            updated_at=address.updated_at,
        )


class AddressList(View):
    """One's whole address book: the default first, then the newest first."""

    items: list[AddressView]


class DivisionQuery(Body):
    """Below which division; without one, the provinces."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"parent": "440300"}]})

    parent: str = Field(default="", pattern=r"^(\d{6})?$")


class DivisionView(View):
    """A province, city or county; `divided` says whether there are divisions below it."""

    code: str
    name: str
    divided: bool


class DivisionList(View):
    """The divisions directly below another, with it and its superiors (`path`), as of `edition`."""

    edition: str
    path: list[DivisionView]
    items: list[DivisionView]


class CountryView(View):
    """A country to which an address abroad can belong, by its code of ISO 3166-1."""

    code: str
    name_zh: str
    name_en: str


class CountryList(View):
    """All countries but China, whose places are named by division."""

    items: list[CountryView]
