"""What a product of a file must look like before the catalog is asked, and what is said of it when it does not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from mall.imports.documents import Document, faults
from mall.imports.model import Fault, Record
from mall.money import Money

GOOD: dict[str, Any] = {"external_id": "TEA-01", "name": "龙井", "category": "食品 > 茶叶", "price": "19.90"}


def read(language: str = "zh-CN", **changes: Any) -> Document:
    return Document.of(GOOD | changes, language)


def wrong(**changes: Any) -> list[Fault]:
    given = {name: value for name, value in (GOOD | changes).items() if value is not ...}
    with pytest.raises(ValidationError) as refusal:
        Document.of(given, "zh-CN")
    return faults(Record(7, given, (7, 8)), refusal.value)


def test_a_product_with_one_sku_may_say_its_price_itself() -> None:
    (sku,) = read(stock=5, weight_g="300").skus

    assert (sku.price, sku.stock, sku.weight_g) == (Money(1990), 5, 300)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_text_without_a_language_is_in_that_of_the_import(language: str) -> None:
    document = read(
        language,
        summary={"": "Short", "en": "English"},
        options=[{"code": "size", "name": "Size", "values": [{"code": "s", "name": "Small"}]}],
    )

    assert document.name == {language: "龙井"}
    assert document.summary == {"zh-CN": "Short", "en": "English"} if language == "zh-CN" else {"en": "English"}
    assert document.options[0].name == {language: "Size"}
    assert document.options[0].values[0].name == {language: "Small"}


@pytest.mark.parametrize(
    ("said", "cents"), [("19.90", 1990), ("19.9", 1990), (19, 1900), ("¥19", 1900), ("0.01", 1), (" 7 ", 700)]
)
def test_an_amount_is_in_yuan(said: Any, cents: int) -> None:
    assert read(price=said).skus[0].price == Money(cents)


@pytest.mark.parametrize(
    "said", ["", "free", "1,299", "1.999", "-1", 0, "NaN", "Infinity", "1e400", True, None, [], "9" * 40]
)
def test_what_is_no_price_is_the_fault_of_its_field(said: Any) -> None:
    (fault,) = wrong(price=said)

    assert (fault.row, fault.field, fault.external_id) == (7, "skus.0.price", "TEA-01")


def test_a_list_price_is_never_below_the_price() -> None:
    assert [fault.message for fault in wrong(list_price="19.89")] == ["the list_price is below the price"]
    assert read(list_price="19.90").skus[0].list_price == Money(1990)


def test_a_fault_is_in_the_row_of_its_sku() -> None:
    found = wrong(price=..., skus=[{"price": "1", "stock": -1}, {"price": "1", "stock": "many"}])

    assert [(fault.row, fault.field) for fault in found] == [(7, "skus.0.stock"), (8, "skus.1.stock")]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"external_id": ...}, "external_id", "Missing"),
        ({"external_id": ""}, "external_id", "Invalid"),
        ({"external_id": "x" * 65}, "external_id", "Invalid"),
        ({"external_id": "a\nb"}, "external_id", "Invalid"),
        ({"external_id": ["a"]}, "external_id", "Invalid"),
        ({"name": ...}, "name", "Missing"),
        ({"name": {}}, "name", "Invalid"),
        ({"name": {"en": ""}}, "name", "Invalid"),
        ({"name": {"fr": "Thé"}}, "name.fr", "Invalid"),
        ({"name": 7}, "name", "Invalid"),
        ({"category": ...}, "category", "Missing"),
        ({"price": ...}, "skus.0.price", "Missing"),
        ({"price": ..., "skus": []}, "skus", "Invalid"),
        ({"price": ..., "skus": "none"}, "skus", "Invalid"),
        ({"colour": "red"}, "colour", "UnknownField"),
        ({"gender_affinity": "X"}, "gender_affinity", "Invalid"),
        ({"on_sale_from": "soon"}, "on_sale_from", "Invalid"),
        ({"pictures": ["a.jpg"] * 31}, "pictures", "Invalid"),
    ],
)
def test_what_is_wrong_is_said_by_field(changes: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in [(fault.field, fault.code) for fault in wrong(**changes)]


def test_a_time_without_an_offset_is_chinas() -> None:
    assert read(on_sale_from="2030-03-01T08:00:00").on_sale_from == datetime(2030, 3, 1, tzinfo=UTC)
    assert read(on_sale_from="2030-03-01T08:00:00+00:00").on_sale_from == datetime(2030, 3, 1, 8, tzinfo=UTC)


def test_digits_that_a_spreadsheet_took_for_a_number_are_a_text_again() -> None:
    document = read(external_id=1001, barcode=6901234567892)

    assert (document.external_id, document.skus[0].barcode) == ("1001", "6901234567892")
