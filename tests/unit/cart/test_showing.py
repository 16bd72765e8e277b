"""What changed of a line since it was last shown is told, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from mall.cart.model import Cart, Line, shown
from mall.cart.showing import Checkout, changes, showing
from mall.money import Money
from mall.quotes.model import Bearer, Facts, Item, Kind, Level, Problem, Quote, Reduction, Standing, Terms, Tier
from mall.quotes.pipeline import quote
from tests.unit.cart.lines import item, line

PROMOTION = Reduction(
    terms=Terms("prm_1", Bearer.PLATFORM, label={"en": "Spring"}),
    level=Level.SITE_ORDER,
    threshold=Money(0),
    amount=Money(100),
)


def told(before: Line, now: Item | None, made: Quote | None = None) -> list[tuple[Any, ...]]:
    """The kinds of changes of a line, with what was and what is."""
    known = {} if now is None else {now.sku_id: now}
    seen = showing((before,), known, made or Quote("CNY"))[before.sku_id]
    return [(change.kind.value, change.before, change.now) for change in changes(before, now, seen)]


def seen(**facts: Any) -> Line:
    """A line of two of something that was shown as `facts` say."""
    return line("sku_a", 2, shown=shown(item("sku_a", 2, **facts)))


@pytest.mark.parametrize("available", [2, 3, 999])
def test_as_long_as_enough_is_there_at_the_same_price_nothing_changed(available: int) -> None:
    assert told(seen(available=50), item(quantity=2, available=available)) == []


@pytest.mark.parametrize("cents", [900, 1001])
def test_another_price_is_told_with_both(cents: int) -> None:
    before, now = {"amount": 1000, "currency": "CNY"}, {"amount": cents, "currency": "CNY"}

    assert told(seen(), item(quantity=2, unit_price=Money(cents))) == [("price", before, now)]


def test_another_tier_of_the_same_quantity_is_another_price() -> None:
    now = item(quantity=2, tiers=(Tier(2, Money(900)),))

    ((kind, before, after),) = told(seen(), now)

    assert (kind, before["amount"], after["amount"]) == ("price", 1000, 900)


def test_what_a_buyer_changed_is_no_change() -> None:
    tiers = (Tier(10, Money(900)),)
    before = replace(line("sku_a", 2), shown=shown(item("sku_a", 2, tiers=tiers)), quantity=10)

    assert told(before, item(quantity=10, tiers=tiers)) == []


@pytest.mark.parametrize(
    ("was", "now", "change"),
    [
        (9, 1, ("stock", 2, 1)),
        (9, 0, ("stock", 2, 0)),
        (9, -3, ("stock", 2, 0)),
        (0, 1, ("stock", 0, 1)),
        (1, 9, ("stock", 1, 2)),
    ],
)
def test_how_many_of_the_wanted_ones_can_be_had_is_told(was: int, now: int, change: tuple[Any, ...]) -> None:
    assert told(seen(available=was), item(quantity=2, available=now)) == [change]


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (item(quantity=2, on_sale=False, unit_price=Money(1)), "off_sale"),
        (item(quantity=2, merchant_active=False, available=0), "merchant"),
        (None, "gone"),
    ],
)
def test_what_cannot_be_bought_any_more_is_told_as_one_thing(now: Item | None, standing: str) -> None:
    assert told(seen(), now) == [(standing, "on_sale", standing)]


def test_what_can_be_bought_again_is_told_with_its_price() -> None:
    found = told(seen(on_sale=False), item(quantity=2, unit_price=Money(1200)))

    assert [kind for kind, _, _ in found] == ["on_sale", "price"]


def test_what_was_told_is_not_told_again() -> None:
    before, now = seen(), item(quantity=2, available=0, unit_price=Money(5))

    after = Cart("usr_1", (before,)).show(showing((before,), {"sku_a": now}, Quote("CNY"))).lines[0]

    assert told(before, now) != []
    assert told(after, now) == []
    gone = Cart("usr_1", (before,)).show(showing((before,), {}, Quote("CNY"))).lines[0]
    assert told(gone, None) == []


def test_an_ended_promotion_is_told_by_its_name() -> None:
    now = item("sku_a", 2)
    first = showing((line("sku_a", 2),), {"sku_a": now}, quote([now], Facts(reductions=[PROMOTION])))["sku_a"]
    before = replace(line("sku_a", 2), shown=first)
    assert first.promotions == {"prm_1": {"en": "Spring"}}
    assert told(before, now, quote([now], Facts(reductions=[PROMOTION]))) == []

    assert told(before, now, quote([now])) == [("promotion", {"en": "Spring"}, None)]


def test_a_promotion_that_a_buyer_deselected_did_not_end() -> None:
    now = item("sku_a", 2)
    first = showing((line("sku_a", 2),), {"sku_a": now}, quote([now], Facts(reductions=[PROMOTION])))["sku_a"]

    assert told(replace(line("sku_a", 2), shown=first, selected=False), now, Quote("CNY")) == []


def test_what_is_gone_keeps_what_was_last_shown_of_it() -> None:
    now = showing((seen(),), {}, Quote("CNY"))["sku_a"]

    assert (now.standing, now.price, now.buyable) == (Standing.GONE, Money(1000), False)


@pytest.mark.parametrize(
    ("kind", "possible"),
    [
        *((kind, False) for kind in (Kind.STOCK, Kind.OFF_SALE, Kind.MERCHANT, Kind.GONE, Kind.LIMIT)),
        (Kind.PRICE, True),
        (Kind.PROMOTION, True),
    ],
)
def test_an_order_is_possible_unless_something_is_not_to_be_had(kind: Kind, possible: bool) -> None:
    made = quote([item()])

    assert Checkout(Cart(""), {}, made, (Problem("sku_a", kind),)).can_order is possible
    assert Checkout(Cart(""), {}, made).can_order
    assert not Checkout(Cart(""), {}, Quote("CNY")).can_order
