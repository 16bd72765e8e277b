"""Where an order's stock is taken from, and what people are told of how much there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.inventory.model import Counter, Level, Part, Place, Stock, allocate, level_of, slice_of, spread


def stock(**counters: int) -> Stock:
    """A stock by `<warehouse>_<bucket>`."""
    known = {(name.partition("_")[2], name.partition("_")[0]): Counter(some) for name, some in counters.items()}
    return Stock("sku_1", counters=known)


def first(places: list[Place]) -> Place:
    return places[0]


@pytest.mark.parametrize(
    ("available", "threshold", "level"),
    [(0, 5, "out"), (1, 5, "low"), (5, 5, "low"), (6, 5, "in_stock"), (1, 0, "in_stock"), (0, 0, "out")],
)
def test_people_are_told_when_little_is_left(available: int, threshold: int, level: str) -> None:
    assert level_of(available, threshold) is Level(level)


def test_the_warehouse_that_comes_first_serves_if_it_has_enough() -> None:
    assert allocate(stock(north=3, south=9), 3, ["north", "south"], first) == [Part("", "north", 3)]
    assert allocate(stock(north=3, south=9), 4, ["north", "south"], first) == [Part("", "south", 4)]


def test_one_warehouse_serves_rather_than_two() -> None:
    parts = allocate(stock(north=4, south_1=3, south_2=3), 5, ["north", "south"], first)

    assert parts == [Part("2", "south", 3), Part("1", "south", 2)]


def test_two_serve_rather_than_none() -> None:
    assert allocate(stock(north=2, south=3), 5, ["north", "south"], first) == [
        Part("", "north", 2),
        Part("", "south", 3),
    ]


@given(st.dictionaries(st.tuples(st.sampled_from("ab"), st.sampled_from("mn")), st.integers(0, 9)), st.integers(1, 30))
def test_all_there_is_can_be_had_and_no_more(counters: dict[Place, int], quantity: int) -> None:
    known = Stock("sku_1", counters={place: Counter(some) for place, some in counters.items()})

    parts = allocate(known, quantity, ["n"], first)

    assert (parts is None) is (sum(counters.values()) < quantity)
    if parts is not None:
        assert sum(part.quantity for part in parts) == quantity
        assert all(0 < part.quantity <= counters[part.bucket, part.warehouse] for part in parts)
        assert len({(part.bucket, part.warehouse) for part in parts}) == len(parts)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.data())
def test_what_comes_back_bit_by_bit_comes_back_as_it_was_taken(quantities: list[int], data: st.DataObject) -> None:
    parts = [Part(str(number), "main", quantity) for number, quantity in enumerate(quantities)]
    total = sum(quantities)
    cut = data.draw(st.integers(0, total))

    found: dict[str, int] = {}
    for part in [*slice_of(parts, 0, cut), *slice_of(parts, cut, total - cut)]:
        found[part.bucket] = found.get(part.bucket, 0) + part.quantity

    assert found == {part.bucket: part.quantity for part in parts}


@given(st.integers(0, 1000), st.integers(1, 30))
def test_what_is_spread_is_all_of_it_and_even(quantity: int, width: int) -> None:
    shares = list(spread(quantity, [str(number) for number in range(width)]).values())

    assert sum(shares) == quantity
    assert max(shares) - min(shares) <= 1
