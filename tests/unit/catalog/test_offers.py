"""Prices and stock."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.catalog.offers.model import (
    BadPrice,
    Change,
    NoSuchOffer,
    Offer,
    Offers,
    Stock,
    check_price,
    delivery,
    of_json,
    to_json,
)
from mall.money import Money

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2030, 1, 2, 12, tzinfo=UTC)
RED = Offer("sku_1", Money(100), Money(200), 9, NOON)
BOTH = Offers("prd_1", "mch_1", {"sku_1": RED, "sku_2": Offer("sku_2", Money(300), None, 0, NOON)})


@pytest.mark.parametrize(("available", "state"), [(0, "out"), (1, "low"), (5, "low"), (6, "in_stock")])
def test_people_are_told_when_little_is_left(available: int, state: str) -> None:
    assert Offer("sku_1", Money(1), None, available, NOON).state is Stock(state)


def test_only_what_is_different_is_touched() -> None:
    same = BOTH.changed([Change("sku_1", Money(100), Money(200), 9)], LATER)
    changed, touched = BOTH.changed([Change("sku_1", available=8), Change("sku_2", Money(5))], LATER)

    assert same == (BOTH, {})
    assert touched == {"stock": ["sku_1"], "price": ["sku_2"]}
    assert (changed.offers["sku_1"].price, changed.offers["sku_1"].updated_at) == (Money(100), LATER)
    assert changed.offers["sku_2"].available == 0


def test_what_is_not_offered_cannot_be_changed() -> None:
    with pytest.raises(NoSuchOffer) as refused:
        BOTH.changed([Change("sku_1", available=1), Change("sku_9", available=1)], LATER)

    assert refused.value.details["field"] == "offers.1.sku_id"


@pytest.mark.parametrize(
    ("price", "listed", "field"),
    [
        (Money(0), None, "price"),
        (Money(-1), None, "price"),
        (Money(10**11 + 1), None, "price"),
        (Money(5), Money(4), "list_price"),
        (Money(5), Money(5, "USD"), "list_price"),
    ],
)
def test_nothing_costs_that(price: Money, listed: Money | None, field: str) -> None:
    with pytest.raises(BadPrice) as refused:
        check_price(price, listed, "at")

    assert refused.value.details["field"] == f"at.{field}"


def test_a_new_version_keeps_prices_begins_new_ones_and_drops_the_rest() -> None:
    new = Offer("sku_3", Money(7), None, 1, LATER)

    offers = BOTH.for_([Offer("sku_1", Money(999), None, 0, LATER), new]).offers

    assert offers == {"sku_1": RED, "sku_3": new}


def test_days_are_those_of_china() -> None:
    evening = datetime(2030, 1, 1, 17, tzinfo=UTC)  # after midnight there

    assert delivery(evening) == (date(2030, 1, 4), date(2030, 1, 7))


@given(st.integers(1, 10**11), st.integers(0, 10**9), st.booleans())
def test_offers_are_the_same_after_they_were_kept(cents: int, available: int, listed: bool) -> None:
    offer = Offer("sku_1", Money(cents), Money(cents) if listed else None, available, NOON)

    assert of_json(to_json(Offers("prd_1", "mch_1", {"sku_1": offer}))) == {"sku_1": offer}
