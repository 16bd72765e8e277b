"""What people do with a cart: nothing is lost, nothing comes twice, and limits hold."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.cart.documents import line_of, of_line
from mall.cart.model import (
    Cart,
    CartFull,
    Change,
    Line,
    LineFull,
    NoSuchLine,
    NotEnoughStock,
    NotOnSale,
    OtherCurrency,
    Shown,
    shown,
)
from mall.money import Money
from mall.quotes.model import MOST_LINES, MOST_QUANTITY, Item, Standing
from tests.unit.cart.lines import NOON, item, line


def cart(*lines: Line, **changes: Any) -> Cart:
    """A cart with these lines."""
    return Cart("usr_1", lines, **changes)


def quantities(of: Cart) -> dict[str, int]:
    """How many of each SKU are in a cart."""
    return {one.sku_id: one.quantity for one in of.lines}


# --- putting in


def test_what_is_put_in_is_selected_and_in_front() -> None:
    after = cart(line("sku_a")).add(item("sku_b", 2, name={"en": "Tea"}), at=NOON)

    first = after.lines[0]
    assert (first.sku_id, first.quantity, first.selected, first.saved) == ("sku_b", 2, True, False)
    assert (first.name, first.shown.price, first.shown.quantity) == ({"en": "Tea"}, Money(1000), 2)
    assert [one.sku_id for one in after.lines] == ["sku_b", "sku_a"]


def test_the_same_sku_adds_up_and_is_wanted_now() -> None:
    kept = cart(line("sku_a", 3, saved=True, selected=False), line("sku_b"))

    after = kept.add(item("sku_a", 2), at=NOON)

    assert quantities(after) == {"sku_a": 5, "sku_b": 1}
    assert after.line("sku_a").ordered
    assert after.line("sku_a").shown.quantity == 5


def test_what_was_added_by_a_key_is_not_added_by_it_again() -> None:
    once = cart().add(item(), at=NOON, key="k1")

    assert once.add(item(), at=NOON, key="k1") == once
    assert quantities(once.add(item(), at=NOON, key="k2")) == {"sku_a": 2}
    assert quantities(once.add(item(), at=NOON)) == {"sku_a": 2}


def test_a_removed_line_does_not_come_back_by_a_repetition() -> None:
    once = cart().add(item(), at=NOON, key="k1")

    assert once.remove("sku_a").add(item(), at=NOON, key="k1").lines == ()
    assert once.clear().add(item(), at=NOON, key="k1").lines == ()


def test_a_cart_remembers_the_last_sixteen_keys() -> None:
    full = cart()
    for number in range(20):
        full = full.add(item(), at=NOON, key=str(number))

    assert full.keys == tuple(str(number) for number in range(4, 20))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"on_sale": False}, NotOnSale),
        ({"merchant_active": False}, NotOnSale),
        ({"available": 4}, NotEnoughStock),
        ({"available": 0}, NotEnoughStock),
        ({"unit_price": Money(5, "EUR")}, OtherCurrency),
    ],
)
def test_what_cannot_be_bought_so_is_not_put_in(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        cart(line("sku_a", 3)).add(item("sku_a", 2, **changes), at=NOON)


def test_a_line_holds_no_more_than_its_most() -> None:
    full = cart(line("sku_a", MOST_QUANTITY - 1))

    assert quantities(full.add(item(), at=NOON)) == {"sku_a": MOST_QUANTITY}
    with pytest.raises(LineFull):
        full.add(item("sku_a", 2, available=5000), at=NOON)


def test_a_cart_holds_no_more_than_its_most_and_more_of_what_it_holds() -> None:
    full = cart(*(line(f"sku_{number}", saved=number % 2 == 0) for number in range(MOST_LINES)))

    assert quantities(full.add(item("sku_7"), at=NOON))["sku_7"] == 2
    with pytest.raises(CartFull):
        full.add(item("sku_else"), at=NOON)


def test_an_empty_cart_and_one_of_saved_lines_take_any_currency() -> None:
    euro = item("sku_b", unit_price=Money(5, "EUR"))

    assert cart().add(euro, at=NOON).currency == "EUR"
    assert cart(line("sku_a", saved=True)).add(euro, at=NOON).currency == "EUR"


# --- changing


def test_a_quantity_is_the_one_that_is_said() -> None:
    after = cart(line("sku_a", 2), line("sku_b")).change("sku_a", Change(quantity=7), item())

    assert quantities(after) == {"sku_a": 7, "sku_b": 1}


@pytest.mark.parametrize("facts", [None, item(on_sale=False), item(available=1)])
def test_less_of_what_cannot_be_bought_is_possible_and_more_is_not(facts: Item | None) -> None:
    known = cart(line("sku_a", 5))

    assert quantities(known.change("sku_a", Change(quantity=4), facts)) == {"sku_a": 4}
    with pytest.raises((NotOnSale, NotEnoughStock)):
        known.change("sku_a", Change(quantity=6), facts)


def test_what_is_saved_for_later_is_not_ordered_and_comes_back_selected() -> None:
    saved = cart(line("sku_a"), line("sku_b")).change("sku_a", Change(saved=True), item())
    assert [one.sku_id for one in saved.selected.lines] == ["sku_b"]
    assert saved.change("sku_a", Change(selected=True), item()) == saved

    back = saved.change("sku_a", Change(saved=False), item())

    assert [one.sku_id for one in back.selected.lines] == ["sku_a", "sku_b"]


def test_what_was_not_selected_stays_so_when_it_is_said_to_be_no_later_thing() -> None:
    known = cart(line("sku_a", selected=False))

    assert known.change("sku_a", Change(saved=False), item()) == known


def test_what_is_saved_in_another_currency_does_not_come_back_beside_the_rest() -> None:
    euro = replace(line("sku_b", saved=True, selected=False), shown=Shown(1, Money(5, "EUR"), 9))

    with pytest.raises(OtherCurrency):
        cart(line("sku_a"), euro).change("sku_b", Change(saved=False), item("sku_b"))
    assert cart(euro).change("sku_b", Change(saved=False), item("sku_b")).currency == "EUR"


def test_a_note_is_for_the_lines_merchant_until_nothing_of_him_is_left() -> None:
    noted = cart(line("sku_a"), line("sku_b")).change("sku_a", Change(note="Gift, please"), item())
    assert noted.notes == {"mch_1": "Gift, please"}

    assert noted.remove("sku_a").notes == {"mch_1": "Gift, please"}
    assert noted.remove("sku_a").remove("sku_b").notes == {}
    assert noted.change("sku_b", Change(note=""), item()).notes == {}


def test_what_is_not_there_is_not_changed() -> None:
    with pytest.raises(NoSuchLine):
        cart().change("sku_a", Change(quantity=1), item())


# --- selecting and taking out


def test_all_lines_a_merchants_or_some_are_selected() -> None:
    known = cart(line("sku_a"), line("sku_b", merchant_id="mch_2"), line("sku_c", saved=True, selected=False))

    def chosen(of: Cart) -> list[str]:
        return [one.sku_id for one in of.lines if one.selected]

    assert chosen(known.select(False)) == []
    assert chosen(known.select(False).select(True)) == ["sku_a", "sku_b"]
    assert chosen(known.select(False, merchant_id="mch_2")) == ["sku_a"]
    assert chosen(known.select(False, sku_ids=["sku_a"])) == ["sku_b"]
    assert chosen(known.select(False, merchant_id="mch_1", sku_ids=["sku_b"])) == ["sku_a", "sku_b"]


def test_what_is_not_there_cannot_be_selected() -> None:
    with pytest.raises(NoSuchLine) as refused:
        cart(line("sku_a")).select(True, sku_ids=["sku_a", "sku_z"])

    assert refused.value.details == {"sku_ids": ["sku_z"]}


def test_ordered_quantities_are_taken_out() -> None:
    known = cart(line("sku_a", 5), line("sku_b", 2), line("sku_c"))

    after = known.take_out({"sku_a": 2, "sku_b": 2, "sku_z": 9})

    assert quantities(after) == {"sku_a": 3, "sku_c": 1}


def test_what_can_no_longer_be_bought_is_no_longer_selected() -> None:
    known = cart(line("sku_a"), line("sku_b"), line("sku_c"))
    now = {
        "sku_a": shown(item(available=0)),
        "sku_b": replace(known.lines[1].shown, standing=Standing.GONE),
        "sku_c": shown(item()),
    }

    after = known.show(now)

    assert [one.selected for one in after.lines] == [False, False, True]
    assert [one.shown for one in after.lines] == list(now.values())


# --- merging

LATER = NOON + timedelta(hours=1)
LINES = st.dictionaries(
    st.sampled_from([f"sku_{letter}" for letter in "abcdef"]),
    st.tuples(st.integers(1, MOST_QUANTITY), st.booleans(), st.booleans()),
)


def of(lines: dict[str, tuple[int, bool, bool]], id: str = "usr_1") -> Cart:
    """A cart of lines: how many, whether selected, whether saved."""
    return Cart(
        id,
        tuple(
            line(sku_id, quantity, selected=selected and not saved, saved=saved)
            for sku_id, (quantity, selected, saved) in lines.items()
        ),
    )


@given(LINES, LINES)
def test_merging_adds_up_and_loses_nothing(mine: dict[str, Any], guests: dict[str, Any]) -> None:
    merged = of(mine).merge(of(guests, "crt_1"))

    wanted = {
        sku_id: min(mine.get(sku_id, (0,))[0] + guests.get(sku_id, (0,))[0], MOST_QUANTITY)
        for sku_id in mine.keys() | guests.keys()
    }
    assert quantities(merged) == wanted
    assert merged.id == "usr_1"


@given(LINES, LINES)
def test_what_was_wanted_in_either_cart_is_wanted_after_merging(mine: dict[str, Any], guests: dict[str, Any]) -> None:
    one, other = of(mine), of(guests, "crt_1")

    merged = one.merge(other)

    ordered = {each.sku_id for each in (*one.lines, *other.lines) if each.ordered}
    kept = {each.sku_id for each in (*one.lines, *other.lines) if not each.saved}
    assert {each.sku_id for each in merged.lines if each.ordered} == ordered
    assert {each.sku_id for each in merged.lines if not each.saved} == kept


def test_merged_lines_stand_in_the_order_in_which_they_were_put_in() -> None:
    mine, guests = cart(line("sku_a", added_at=NOON)), Cart("crt_1", (line("sku_b", added_at=LATER),))

    assert [one.sku_id for one in mine.merge(guests).lines] == ["sku_b", "sku_a"]


def test_the_notes_that_are_there_stay_and_the_guests_come_to_them() -> None:
    mine = cart(line("sku_a"), notes={"mch_1": "mine"})
    guests = Cart("crt_1", (line("sku_b"), line("sku_c", merchant_id="mch_2")), {"mch_1": "guest's", "mch_2": "both"})

    assert mine.merge(guests).notes == {"mch_1": "mine", "mch_2": "both"}


def test_what_a_cart_cannot_hold_is_refused_as_a_whole() -> None:
    mine = cart(*(line(f"sku_{number}") for number in range(MOST_LINES - 1)))
    guests = Cart("crt_1", (line("sku_0"), line("sku_x")))

    assert len(mine.merge(guests).lines) == MOST_LINES
    with pytest.raises(CartFull):
        mine.merge(Cart("crt_1", (line("sku_x"), line("sku_y"))))


def test_what_is_sold_in_another_currency_is_saved_for_later() -> None:
    euro = replace(line("sku_b"), shown=Shown(1, Money(5, "EUR"), 9))

    merged = cart(line("sku_a")).merge(Cart("crt_1", (euro,)))

    assert (merged.line("sku_b").saved, merged.line("sku_b").selected, merged.currency) == (True, False, "CNY")
    assert cart().merge(Cart("crt_1", (euro,))).line("sku_b").ordered


# --- keeping


@given(
    st.integers(1, MOST_QUANTITY),
    st.booleans(),
    st.booleans(),
    st.sampled_from(Standing),
    st.dictionaries(st.text("abc", min_size=1), st.dictionaries(st.sampled_from(["zh-CN", "en"]), st.text())),
)
def test_a_line_is_kept_as_it_is(
    quantity: int, selected: bool, saved: bool, standing: Standing, promotions: dict[str, dict[str, str]]
) -> None:
    before = line("sku_a", quantity, selected=selected, saved=saved, name={"zh-CN": "茶"})
    before = replace(before, shown=Shown(quantity, Money(1990, "EUR"), 7, standing, promotions))

    assert line_of(of_line(before)) == before
