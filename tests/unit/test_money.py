"""Money adds up: exact sums, one rounding rule, and parts that make the whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall import errors
from mall.money import CurrencyMismatch, Money, rounded, total

CENTS = st.integers(-(10**12), 10**12)
WEIGHTS = st.dictionaries(st.text("abcdef0123456789", min_size=1, max_size=6), st.integers(0, 10**9), min_size=1)


@given(CENTS, WEIGHTS)
def test_the_parts_of_a_divided_amount_add_up_to_it(cents: int, weights: dict[str, int]) -> None:
    parts = Money(cents).allocate(weights)

    assert sum(part.cents for part in parts.values()) == cents
    assert list(parts) == list(weights)


@given(CENTS, WEIGHTS)
def test_no_part_is_further_than_one_unit_from_its_exact_share(cents: int, weights: dict[str, int]) -> None:
    whole = sum(weights.values())
    parts = Money(cents).allocate(weights)

    for key, part in parts.items():
        exact = Fraction(cents * weights[key], whole) if whole else Fraction(cents, len(weights))
        assert abs(part.cents - exact) < 1


@given(CENTS, WEIGHTS)
def test_dividing_what_is_owed_mirrors_dividing_what_is_due(cents: int, weights: dict[str, int]) -> None:
    assert (-Money(cents)).allocate(weights) == {key: -part for key, part in Money(cents).allocate(weights).items()}


@given(CENTS, st.dictionaries(st.text(max_size=4), st.integers(1, 100), min_size=2, max_size=6))
def test_a_division_does_not_depend_on_the_order_of_the_lines(cents: int, weights: dict[str, int]) -> None:
    backwards = dict(reversed(weights.items()))

    assert Money(cents).allocate(weights) == Money(cents).allocate(backwards)


def test_equal_remainders_go_to_the_lower_line_id() -> None:
    assert Money(100).allocate({"c": 1, "a": 1, "b": 1}) == {"c": Money(33), "a": Money(34), "b": Money(33)}
    assert Money(-100).allocate({"c": 1, "a": 1, "b": 1}) == {"c": Money(-33), "a": Money(-34), "b": Money(-33)}


def test_the_largest_remainder_gets_the_unit_that_is_left() -> None:
    # 10 * 1/3 = 3.33, 10 * 2/3 = 6.67
    assert Money(10).allocate({"a": 1, "b": 2}) == {"a": Money(3), "b": Money(7)}


def test_without_any_weight_the_amount_is_divided_evenly() -> None:
    assert Money(5).allocate({"a": 0, "b": 0}) == {"a": Money(3), "b": Money(2)}


def test_a_line_without_weight_gets_nothing_while_others_have_some() -> None:
    assert Money(99).allocate({"gift": 0, "shoe": 7}) == {"gift": Money(0), "shoe": Money(99)}


@pytest.mark.parametrize("weights", [{}, {"a": 1, "b": -1}])
def test_nothing_is_divided_over_nothing_or_over_negative_weights(weights: dict[str, int]) -> None:
    with pytest.raises(errors.Invalid):
        Money(100).allocate(weights)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("0.499999", 0), ("-0.5", -1), ("-1.5", -2), ("-0.4", 0), ("7", 7)],
)
def test_halves_round_away_from_zero(amount: str, expected: int) -> None:
    assert rounded(Fraction(amount)) == expected


@given(st.fractions())
def test_rounding_moves_by_half_a_unit_at_most(amount: Fraction) -> None:
    assert abs(rounded(amount) - amount) <= Fraction(1, 2)
    assert rounded(-amount) == -rounded(amount)


@given(CENTS, st.integers(0, 10**4))
def test_a_percentage_is_rounded_once_on_the_exact_fraction(cents: int, basis_points: int) -> None:
    assert Money(cents).share(basis_points, 10_000).cents == rounded(Fraction(cents * basis_points, 10_000))


def test_a_share_does_not_go_through_binary_floats() -> None:
    assert Money(115).share(10, 100) == Money(12)
    assert Money(9007199254740993 * 100).share(1, 100) == Money(9007199254740993)


@given(CENTS, CENTS)
def test_sums_differences_and_order_are_those_of_integers(left: int, right: int) -> None:
    assert Money(left) + Money(right) == Money(left + right)
    assert Money(left) - Money(right) == Money(left - right)
    assert (Money(left) < Money(right)) == (left < right)
    assert (Money(left) >= Money(right)) == (left >= right)


def test_currencies_never_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") < Money(1, "USD")  # noqa: B015
    with pytest.raises(CurrencyMismatch):
        total([Money(1, "CNY"), Money(1, "USD")])
    assert Money(0, "CNY") != Money(0, "USD")


@pytest.mark.parametrize("cents", [1.0, "1", True, None])
def test_an_amount_is_whole_units_only(cents: object) -> None:
    with pytest.raises(TypeError):
        Money(cents)  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [1.5, True, Fraction(1, 2)])
def test_an_amount_is_multiplied_by_counts_only(factor: object) -> None:
    with pytest.raises(TypeError):
        Money(100) * factor  # type: ignore[operator]


@pytest.mark.parametrize("currency", ["", "cny", "YUAN", "¥¥¥", "人民币"])
def test_what_is_not_a_currency_code_is_refused(currency: str) -> None:
    with pytest.raises(errors.Invalid):
        Money(1, currency)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1990), "19.90 CNY"),
        (Money(5), "0.05 CNY"),
        (Money(-5), "-0.05 CNY"),
        (Money(1990, "JPY"), "1990 JPY"),
        (Money(-1, "KWD"), "-0.001 KWD"),
    ],
)
def test_an_amount_is_written_with_the_digits_of_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


def test_nothing_adds_up_to_zero_of_the_asked_currency() -> None:
    assert total([], "USD") == Money(0, "USD")
    assert total([Money(1), Money(2)]) == Money(3)
    assert not Money(0)
