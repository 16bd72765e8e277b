"""What makes an address complete, and what a change of it means."""

from datetime import UTC, datetime, timedelta

import pytest

from mall import ids
from mall.users.address_book import divisions, phones
from mall.users.address_book.model import Address, AddressChanged, IncompleteAddress, Place

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def address(**changes: object) -> Address:
    values = {
        "id": "adr_1",
        "user_id": "usr_1",
        "recipient": "李雷",
        "phone": "+8613800138000",
        "place": Place.in_china("440305", ("深南大道10000号",)),
        "label": "",
        "default": False,
        "at": NOW,
    }
    return Address.add(**values | changes)  # type: ignore[arg-type]


def test_a_place_in_china_takes_its_names_from_the_division() -> None:
    place = Place.in_china("440305", ("深南大道10000号",), "518057")

    assert (place.region, place.city, place.district) == ("广东省", "深圳市", "南山区")
    assert place.written() == "广东省深圳市南山区深南大道10000号"


@pytest.mark.parametrize(
    ("division", "names"),
    [
        ("110101", ("北京市", "", "东城区")),
        ("441900", ("广东省", "东莞市", "")),
        ("429004", ("湖北省", "", "仙桃市")),
        ("810101", ("香港特别行政区", "", "中西区")),
    ],
)
def test_levels_that_do_not_exist_stay_empty(division: str, names: tuple[str, str, str]) -> None:
    place = Place.in_china(division, ("1号",))

    assert (place.region, place.city, place.district) == names


def test_every_division_that_is_not_divided_makes_a_place() -> None:
    codes = [code for code, _ in (line.split("\t") for line in divisions._lines("divisions.tsv"))]
    lowest = [code for code in codes if not divisions.path(code)[-1].divided]

    places = [Place.in_china(code, ("1号",)) for code in lowest]

    assert len(places) > 3000
    assert all(place.region and (place.city or place.district) for place in places)


@pytest.mark.parametrize("division", ["", "440300", "440000", "999999"])
def test_a_place_in_china_names_the_lowest_division(division: str) -> None:
    with pytest.raises(IncompleteAddress) as refusal:
        Place.in_china(division, ("深南大道10000号",))

    assert refusal.value.details == {"field": "division"}


@pytest.mark.parametrize("postal_code", ["51805", "5180577", "ABCDEF", "５１８０５７"])
def test_a_postal_code_in_china_has_six_digits(postal_code: str) -> None:
    with pytest.raises(IncompleteAddress):
        Place.in_china("440305", ("深南大道10000号",), postal_code)


def test_a_place_abroad_is_written_from_the_smallest_part_to_the_largest() -> None:
    place = Place.abroad("US", "CA", "Cupertino", ("One Apple Park Way",), "95014")

    assert place.written() == "One Apple Park Way, Cupertino CA 95014, United States"


@pytest.mark.parametrize("country", ["CN", "HK", "MO", "TW"])
def test_places_of_china_are_never_abroad(country: str) -> None:
    with pytest.raises(IncompleteAddress) as refusal:
        Place.abroad(country, "", "Hong Kong", ("1 Queen's Road",))

    assert refusal.value.details == {"field": "division"}


def test_a_place_abroad_needs_a_country_that_exists_and_a_city() -> None:
    with pytest.raises(IncompleteAddress):
        Place.abroad("XX", "", "Nowhere", ("1 Main Street",))
    with pytest.raises(IncompleteAddress):
        Place.abroad("GB", "", "", ("1 Main Street",))


def test_a_change_counts_the_version_up() -> None:
    before = address()

    after = before.change(
        version=1, recipient="韩梅梅", phone="+8613900139000", place=before.place, label="", default=True, at=NOW
    )

    assert (after.version, after.recipient, after.default, after.created_at) == (2, "韩梅梅", True, NOW)


def test_a_change_of_another_version_is_refused() -> None:
    before = address()

    with pytest.raises(AddressChanged):
        before.change(
            version=2,
            recipient="韩梅梅",
            phone=before.phone,
            place=before.place,
            label="",
            default=False,
            at=NOW + timedelta(1),
        )


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("13800138000", "CN", "+8613800138000"),
        ("+86 138-0013-8000", "GB", "+8613800138000"),
        ("0755-26013388", "CN", "+8675526013388"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("+852 2123 4567", "CN", "+85221234567"),
    ],
)
def test_a_phone_number_has_one_normal_form(text: str, country: str, number: str) -> None:
    assert phones.normalized(text, country) == number


@pytest.mark.parametrize("text", ["12345", "hello", "1380013800", "+86 13800138000 ext. 5", "+999 12345678", "110"])
def test_what_nobody_can_call_is_no_phone_number(text: str) -> None:
    with pytest.raises(phones.NotAPhoneNumber) as refusal:
        phones.normalized(text, "CN")

    assert text not in str(refusal.value) or text in phones.NotAPhoneNumber.message


def test_an_address_carries_the_slot_of_its_owner() -> None:
    user = ids.new("usr", slot=700)

    assert ids.slot_of(ids.new("adr", slot=ids.slot_of(user))) == 700
