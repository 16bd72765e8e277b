"""A quote adds up, is never negative, and does not depend on the order of its lines."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mall.money import CurrencyMismatch, Money, total
from mall.quotes.model import (
    Bearer,
    Facts,
    Item,
    Level,
    Reduction,
    SpecialPrice,
    Terms,
    Tier,
)
from mall.quotes.pipeline import PIPELINE, freight, item_price, merchant_level, platform_level, points, quote, waiver

NOTHING = Money(0)
PLATFORM, MERCHANT = Terms("prm_site", Bearer.PLATFORM), Terms("prm_shop", Bearer.MERCHANT)


def item(sku_id: str = "sku_a", cents: int = 10_000, quantity: int = 1, **changes: Any) -> Item:
    """Something on sale at merchant `mch_1`."""
    given = {"product_id": f"prd_{sku_id}", "merchant_id": "mch_1", "available": 999} | changes
    return Item(sku_id=sku_id, quantity=quantity, unit_price=Money(cents), **given)


def off(cents: int, level: Level = Level.SITE_ORDER, *, above: int = 0, **changes: Any) -> Reduction:
    """So much off from a threshold on."""
    terms = MERCHANT if level is Level.MERCHANT_ORDER else PLATFORM
    given: dict[str, Any] = {"terms": terms, "amount": Money(cents)} | changes
    if level is Level.MERCHANT_ORDER:
        given.setdefault("merchant_id", "mch_1")
    return Reduction(level=level, threshold=Money(above), **given)


# --- whatever is quoted

MERCHANTS = ("mch_1", "mch_2", "mch_3")
SKUS = tuple(f"sku_{letter}" for letter in "abcdefgh")
PRICES = st.integers(1, 10**7).map(Money)
TERMS = st.builds(Terms, st.sampled_from(("prm_1", "prm_2", "prm_3")), st.sampled_from(Bearer), st.integers(0, 10_000))


@st.composite
def items(draw: st.DrawFn) -> list[Item]:
    """Up to eight lines at up to three merchants."""
    found = []
    for sku_id in draw(st.lists(st.sampled_from(SKUS), unique=True, max_size=8)):
        tiers = draw(st.lists(st.builds(Tier, st.integers(2, 20), PRICES), max_size=3))
        found.append(
            Item(
                sku_id=sku_id,
                product_id="prd_1",
                quantity=draw(st.integers(1, 30)),
                merchant_id=draw(st.sampled_from(MERCHANTS)),
                unit_price=draw(PRICES),
                tiers=tuple(tiers),
                available=999,
            )
        )
    return found


@st.composite
def reductions(draw: st.DrawFn) -> Reduction:
    """Anything that may be taken off at any level but that of the price of one."""
    level = draw(st.sampled_from([level for level in Level if level is not Level.ITEM]))
    by_share = draw(st.booleans())
    return Reduction(
        terms=draw(TERMS),
        level=level,
        threshold=draw(st.integers(0, 10**7).map(Money)),
        amount=None if by_share else draw(st.integers(0, 10**8).map(Money)),
        bps=draw(st.integers(0, 10_000)) if by_share else 0,
        most=draw(st.none() | st.integers(0, 10**6).map(Money)),
        merchant_id=draw(st.sampled_from(MERCHANTS if level is Level.MERCHANT_ORDER else ("", *MERCHANTS))),
        sku_ids=draw(st.none() | st.frozensets(st.sampled_from(SKUS))),
    )


FACTS = st.builds(
    Facts,
    special_prices=st.dictionaries(
        st.sampled_from(SKUS), st.builds(SpecialPrice, TERMS, st.integers(0, 10**7).map(Money))
    ),
    reductions=st.lists(reductions(), max_size=6),
    freight=st.dictionaries(st.sampled_from((*MERCHANTS, "mch_else")), st.integers(0, 5_000).map(Money)),
)


@given(items(), FACTS)
def test_the_parts_of_a_quote_add_up_to_it(known: list[Item], facts: Facts) -> None:
    made = quote(known, facts)

    assert made.total == made.goods - made.discount + made.freight
    assert made.total == total([line.payable for line in made.lines]) + made.freight
    assert made.goods == total([line.unit_price * line.item.quantity for line in made.lines])
    assert made.total == total([share.payable for share in made.merchants])
    for share in made.merchants:
        own = [line for line in made.lines if line.item.merchant_id == share.merchant_id]
        assert share.goods - share.discount == total([line.payable for line in own])
        assert share.freight == share.freight_asked - total([row.amount for row in share.freight_discounts])


@given(items(), FACTS)
def test_every_row_names_who_bears_which_part_of_it(known: list[Item], facts: Facts) -> None:
    for row in quote(known, facts).discounts:
        assert row.platform_part + row.merchant_part == row.amount
        assert row.platform_part >= NOTHING
        assert row.merchant_part >= NOTHING
        assert abs(row.platform_part.cents * 10_000 - row.amount.cents * row.platform_bps) < 10_000
        assert row.bearer is not Bearer.PLATFORM or row.merchant_part == NOTHING
        assert row.bearer is not Bearer.MERCHANT or row.platform_part == NOTHING


@given(items(), FACTS)
def test_nothing_is_ever_negative_and_no_row_is_empty(known: list[Item], facts: Facts) -> None:
    made = quote(known, facts)

    assert all(line.payable >= NOTHING for line in made.lines)
    assert all(share.freight >= NOTHING for share in made.merchants)
    assert all(row.amount > NOTHING for row in made.discounts)


@given(items().flatmap(lambda known: st.tuples(st.just(known), st.permutations(known))), FACTS)
def test_the_order_of_lines_does_not_matter(two_orders: tuple[list[Item], list[Item]], facts: Facts) -> None:
    known, shuffled = two_orders

    assert quote(known, facts) == quote(shuffled, facts)


@given(items(), FACTS)
def test_each_line_and_each_merchant_is_in_the_quote_once(known: list[Item], facts: Facts) -> None:
    made = quote(known, facts)

    assert sorted(line.item.sku_id for line in made.lines) == sorted(one.sku_id for one in known)
    assert [share.merchant_id for share in made.merchants] == sorted({one.merchant_id for one in known})


@settings(max_examples=200)
@given(items(), reductions())
def test_a_reduction_takes_its_amount_off_in_one_go_and_nowhere_else(known: list[Item], reduction: Reduction) -> None:
    eligible = [one for one in known if reduction.covers(one)]
    base = total([one.price * one.quantity for one in eligible])
    freight_of = dict.fromkeys(MERCHANTS, Money(700))

    made = quote(known, Facts(reductions=[reduction], freight=freight_of))

    on_freight = reduction.level in {Level.FREIGHT, Level.CREDIT_WAIVER}
    base_off = Money(700) * len({one.merchant_id for one in eligible}) if on_freight else base
    wanted = reduction.of(base_off) if eligible and base >= reduction.threshold else NOTHING
    assert total([row.amount for row in made.discounts]) == wanted
    allowed = {one.merchant_id for one in eligible} if on_freight else {one.sku_id for one in eligible}
    assert {row.merchant_id if on_freight else row.line_id for row in made.discounts} <= allowed


@given(items(), FACTS)
def test_the_share_of_a_line_is_within_a_unit_of_its_proportion(known: list[Item], facts: Facts) -> None:
    before = quote(known, replace(facts, reductions=()))
    reduction = off(12_345)

    after = quote(known, replace(facts, reductions=[reduction]))

    whole = total([line.payable for line in before.lines])
    for old, new in zip(before.lines, after.lines, strict=True):
        taken = old.payable - new.payable
        exact = min(12_345, whole.cents) * old.payable.cents
        assert abs(taken.cents * whole.cents - exact) < max(whole.cents, 1)


# --- rules one by one


def test_the_pipeline_is_declared_in_the_order_in_which_it_counts() -> None:
    assert list(PIPELINE) == [item_price, merchant_level, platform_level, points, freight, waiver]


def test_nothing_costs_nothing() -> None:
    made = quote([], currency="EUR")

    assert (made.lines, made.merchants, made.total) == ((), (), Money(0, "EUR"))


@pytest.mark.parametrize(("quantity", "unit"), [(1, 1000), (9, 1000), (10, 900), (49, 900), (50, 750), (999, 750)])
def test_the_price_of_one_is_that_of_the_tier_that_its_quantity_reaches(quantity: int, unit: int) -> None:
    tiers = (Tier(10, Money(900)), Tier(50, Money(750)))

    (line,) = quote([item(cents=1000, quantity=quantity, tiers=tiers)]).lines

    assert (line.unit_price, line.goods) == (Money(unit), Money(unit * quantity))
    assert line.discounts == ()


def test_a_tier_never_costs_more_than_the_price_that_was_lowered_since() -> None:
    (line,) = quote([item(cents=800, quantity=10, tiers=(Tier(10, Money(900)),))]).lines

    assert line.unit_price == Money(800)


def test_a_special_price_is_a_row_of_each_unit_that_says_who_bears_it() -> None:
    special = SpecialPrice(Terms("prm_flash", Bearer.SHARED, 2500, {"en": "Flash sale"}), Money(700))

    (line,) = quote([item(cents=1000, quantity=3)], Facts(special_prices={"sku_a": special})).lines

    (row,) = line.discounts
    assert (line.goods, line.payable) == (Money(3000), Money(2100))
    assert (row.level, row.line_id, row.merchant_id) == (Level.ITEM, "sku_a", "mch_1")
    assert (row.amount, row.platform_part, row.merchant_part) == (Money(900), Money(225), Money(675))
    assert row.label == {"en": "Flash sale"}


@pytest.mark.parametrize("special", [Money(1000), Money(1200), Money(700, "EUR")])
def test_a_special_price_that_is_not_less_or_in_other_money_changes_nothing(special: Money) -> None:
    made = quote([item(cents=1000)], Facts(special_prices={"sku_a": SpecialPrice(PLATFORM, special)}))

    assert made.discounts == ()


def test_a_threshold_counts_what_earlier_steps_left() -> None:
    shop, site = off(1001, Level.MERCHANT_ORDER), off(500, above=9000)

    both = quote([item(cents=10_000)], Facts(reductions=[shop, site]))
    site_alone = quote([item(cents=10_000)], Facts(reductions=[site]))

    assert [row.promo_id for row in both.discounts] == ["prm_shop"]
    assert [row.promo_id for row in site_alone.discounts] == ["prm_site"]


def test_the_step_counts_and_not_the_order_in_which_facts_are_stated() -> None:
    shop, site = off(1000, Level.MERCHANT_ORDER), off(0, amount=None, bps=1000)

    made = quote([item(cents=10_000)], Facts(reductions=[site, shop]))

    assert [(row.promo_id, row.amount) for row in made.discounts] == [
        ("prm_shop", Money(1000)),
        ("prm_site", Money(900)),
    ]


def test_two_reductions_of_one_step_come_one_after_the_other() -> None:
    half, rest = off(0, amount=None, bps=5000), off(3000, above=5001)

    assert quote([item(cents=10_000)], Facts(reductions=[half, rest])).total == Money(5000)
    assert quote([item(cents=10_000)], Facts(reductions=[rest, half])).total == Money(3500)


def test_a_merchants_reduction_counts_for_that_merchant_only() -> None:
    lines = [item("sku_a", 6000), item("sku_b", 6000, merchant_id="mch_2")]

    made = quote(lines, Facts(reductions=[off(1000, Level.MERCHANT_ORDER, above=6001)]))
    reached = quote(lines, Facts(reductions=[off(1000, Level.MERCHANT_ORDER, above=6000)]))

    assert made.discounts == ()
    assert [(row.line_id, row.amount) for row in reached.discounts] == [("sku_a", Money(1000))]


def test_a_site_discount_is_divided_over_the_lines_of_all_merchants_at_once() -> None:
    # By merchants first, 100 over 2 : 1 would be 67 and 33, and the 67 over two lines 34 and 33.
    lines = [item("sku_a", 1), item("sku_b", 1), item("sku_c", 1, merchant_id="mch_2")]

    made = quote([replace(line, quantity=100) for line in lines], Facts(reductions=[off(100)]))

    assert {row.line_id: row.amount.cents for row in made.discounts} == {"sku_a": 34, "sku_b": 33, "sku_c": 33}
    assert [share.discount.cents for share in made.merchants] == [67, 33]


def test_a_reduction_for_some_lines_counts_and_takes_from_those_only() -> None:
    lines = [item("sku_a", 3000), item("sku_b", 9000)]

    some = frozenset({"sku_a"})
    made = quote(lines, Facts(reductions=[off(1000, above=3001, sku_ids=some), off(700, above=3000, sku_ids=some)]))

    assert [(row.line_id, row.amount.cents) for row in made.discounts] == [("sku_a", 700)]


def test_a_percentage_is_rounded_once_for_all_lines_and_has_a_most() -> None:
    lines = [item("sku_a", 333), item("sku_b", 333), item("sku_c", 333)]

    tenth = quote(lines, Facts(reductions=[off(0, amount=None, bps=1000)]))
    capped = quote(lines, Facts(reductions=[off(0, amount=None, bps=1000, most=Money(50))]))

    assert (tenth.discount, capped.discount) == (Money(100), Money(50))


def test_points_pay_for_what_promotions_left() -> None:
    made = quote([item(cents=1000)], Facts(reductions=[off(5000, Level.POINTS), off(300)]))

    assert [(row.level, row.amount.cents) for row in made.discounts] == [(Level.SITE_ORDER, 300), (Level.POINTS, 700)]
    assert made.total == NOTHING


def test_freight_is_asked_by_merchants_and_waived_after_everything_else() -> None:
    lines = [item("sku_a", 9900), item("sku_b", 100, merchant_id="mch_2")]
    freight_of = {"mch_1": Money(1000), "mch_2": Money(600), "mch_3": Money(9999)}

    made = quote(lines, Facts(freight=freight_of, reductions=[off(800, Level.FREIGHT, above=10_000)]))

    assert [(row.merchant_id, row.line_id, row.amount.cents) for row in made.discounts] == [
        ("mch_1", "", 500),
        ("mch_2", "", 300),
    ]
    assert [(share.freight_asked.cents, share.freight.cents) for share in made.merchants] == [(1000, 500), (600, 300)]
    assert (made.discount, made.freight, made.total) == (NOTHING, Money(800), Money(10_800))


def test_free_delivery_counts_what_is_left_to_pay_for_the_goods() -> None:
    free = off(0, Level.CREDIT_WAIVER, above=9900, amount=None, bps=10_000)
    facts = Facts(freight={"mch_1": Money(1000)}, reductions=[free])

    assert quote([item(cents=9900)], facts).freight == NOTHING
    assert quote([item(cents=9900)], replace(facts, reductions=[free, off(1)])).freight == Money(1000)


def test_reductions_in_other_money_do_not_count() -> None:
    foreign = Reduction(terms=PLATFORM, level=Level.SITE_ORDER, threshold=Money(0, "EUR"), amount=Money(5, "EUR"))

    assert quote([item()], Facts(reductions=[foreign])).discounts == ()


def test_one_quote_is_in_one_currency() -> None:
    euro = replace(item("sku_b"), unit_price=Money(5, "EUR"))

    with pytest.raises(CurrencyMismatch):
        _ = quote([item("sku_a"), euro]).total


def test_a_sku_is_quoted_once() -> None:
    with pytest.raises(ValueError, match="once"):
        quote([item(), item(quantity=2)])


def test_the_worked_example_of_the_money_model() -> None:
    facts = Facts(reductions=[off(1000, Level.MERCHANT_ORDER), off(500)])

    made = quote([item(cents=10_000)], facts)

    assert (made.goods, made.discount, made.total) == (Money(10_000), Money(1500), Money(8500))
    assert [(row.platform_part.cents, row.merchant_part.cents) for row in made.discounts] == [(0, 1000), (500, 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": Level.ITEM},
        {"level": Level.MERCHANT_ORDER, "merchant_id": ""},
        {"bps": 10_001, "amount": None},
        {"amount": Money(-1)},
        {"amount": Money(1, "EUR")},
        {"most": Money(1, "EUR")},
    ],
)
def test_a_reduction_that_makes_no_sense_cannot_be_stated(wrong: dict[str, Any]) -> None:
    given = {"terms": PLATFORM, "level": Level.SITE_ORDER, "threshold": NOTHING, "amount": Money(1)} | wrong

    with pytest.raises(ValueError, match=r"\w"):
        Reduction(**given)


@pytest.mark.parametrize("bps", [-1, 10_001])
def test_a_share_is_of_ten_thousand_parts(bps: int) -> None:
    with pytest.raises(ValueError, match="bps"):
        Terms("prm_1", Bearer.SHARED, bps)


def test_nobody_is_paid_for_taking_something() -> None:
    with pytest.raises(ValueError, match="paid"):
        SpecialPrice(PLATFORM, Money(-1))
