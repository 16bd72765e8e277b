"""Texts, amounts, numbers and days as people of each language write them."""

from datetime import UTC, datetime

import pytest

from mall.money import Money
from mall.pages import texts


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        # As Intl.NumberFormat(locale, {style: "currency", currency}) writes them.
        (Money(129_900), "¥1,299.00", "CN¥1,299.00"),
        (Money(5), "¥0.05", "CN¥0.05"),
        (Money(-129_900), "-¥1,299.00", "-CN¥1,299.00"),
        (Money(0), "¥0.00", "CN¥0.00"),
        (Money(123_456_789, "USD"), "US$1,234,567.89", "$1,234,567.89"),
        (Money(1_299, "JPY"), "JP¥1,299", "¥1,299"),
        (Money(1_299_000, "KWD"), "KWD\u00a01,299.000", "KWD\u00a01,299.000"),
        ({"amount": 12_900, "currency": "EUR"}, "€129.00", "€129.00"),
    ],
)
def test_an_amount_reads_as_people_write_it(amount: Money, chinese: str, english: str) -> None:
    assert (texts.money(amount, "zh-CN"), texts.money(amount, "en")) == (chinese, english)


def test_a_day_and_a_number_read_as_people_write_them() -> None:
    day = datetime(2030, 1, 5, tzinfo=UTC)

    assert (texts.date(day, "zh-CN"), texts.date(day.isoformat(), "en")) == ("2030年1月5日", "5 January 2030")
    assert texts.number(1_234_567, "en") == "1,234,567"


@pytest.mark.parametrize(
    ("given", "picked"),
    [
        ({"zh-CN": "茶", "en": "Tea"}, "Tea"),
        ({"zh-CN": "茶"}, "茶"),
        ({"zh-CN": "茶", "en": ""}, "茶"),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_text_in_another_language_is_better_than_none(given: dict[str, str] | None, picked: str) -> None:
    assert texts.pick(given, "en") == picked
