"""Taking out of a cart what was ordered from it."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import ids
from mall.cart import service
from mall.cart.model import Holder
from mall.events import Event
from tests.fixtures import baskets, people
from tests.fixtures.baskets import wish
from tests.functional.cart.trades import trade_opened

pytestmark = pytest.mark.usefixtures("aws")


def event(user_id: str, lines: dict[str, int], **options: Any) -> Event:
    """The news that a trade was opened."""
    (record,) = trade_opened(user_id, lines, **options)["Records"]
    return Event.of_envelope(json.loads(record["body"]))


def quantities(user_id: str) -> dict[str, int]:
    """What is in somebody's cart."""
    return {line.sku_id: line.quantity for line in service.show(Holder(user_id)).cart.lines}


@pytest.fixture
def filled() -> tuple[str, str, str]:
    """Somebody with five of one SKU and two of another in the cart."""
    product, me = baskets.on_sale(), people.customer().user_id
    service.add(Holder(me), wish(product, 0, 5))
    service.add(Holder(me), wish(product, 1, 2))
    return me, product.skus[0].id, product.skus[1].id


def test_ordered_quantities_are_taken_out_and_what_came_in_meanwhile_stays(
    run: Callable[..., Any], filled: tuple[str, str, str]
) -> None:
    me, five, two = filled

    answer = run("cart.on_trade_opened", trade_opened(me, {five: 3, two: 2}))

    assert answer == {"batchItemFailures": []}
    assert quantities(me) == {five: 2}


def test_what_was_bought_without_the_cart_leaves_it_alone(
    run: Callable[..., Any], filled: tuple[str, str, str]
) -> None:
    me, five, two = filled

    run("cart.on_trade_opened", trade_opened(me, {five: 3}, source="lines"))

    assert quantities(me) == {five: 5, two: 2}


def test_the_same_news_takes_out_once(run: Callable[..., Any], filled: tuple[str, str, str]) -> None:
    me, five, two = filled

    for _ in range(3):
        run("cart.on_trade_opened", trade_opened(me, {five: 1}))
    run("cart.on_trade_opened", trade_opened(me, {five: 1}, id="evt_2"))

    assert quantities(me) == {five: 3, two: 2}


def test_news_that_found_nothing_takes_nothing_out_later(run: Callable[..., Any]) -> None:
    product, me = baskets.on_sale(), people.customer().user_id
    news = trade_opened(me, {product.skus[0].id: 1})
    assert run("cart.on_trade_opened", news) == {"batchItemFailures": []}
    service.add(Holder(me), wish(product, 0, 1))

    run("cart.on_trade_opened", news)

    assert quantities(me) == {product.skus[0].id: 1}


def test_more_than_is_there_leaves_nothing_and_a_strangers_cart_is_not_touched(
    run: Callable[..., Any], filled: tuple[str, str, str]
) -> None:
    me, five, two = filled
    other = people.customer().user_id

    run("cart.on_trade_opened", trade_opened(other, {five: 3}))
    run("cart.on_trade_opened", trade_opened(me, {five: 9, two: 1, ids.new("sku"): 4}, id="evt_2"))

    assert quantities(me) == {two: 1}
    assert quantities(other) == {}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_news_that_comes_twice_at_once_takes_out_once(
    at_once: Callable[..., list[Any]], filled: tuple[str, str, str], seed: int | None
) -> None:
    me, five, two = filled
    news = event(me, {five: 2})

    at_once(*[partial(service.forget_ordered, me, {five: 2}, event=news)] * 2, seed=seed)

    assert quantities(me) == {five: 3, two: 2}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_what_is_put_in_while_an_order_is_taken_out_is_not_lost(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    product, me = baskets.on_sale(), people.customer().user_id
    service.add(Holder(me), wish(product, 0, 2))
    first, second = product.skus[0].id, product.skus[1].id

    results = at_once(
        partial(service.forget_ordered, me, {first: 2}, event=event(me, {first: 2})),
        partial(service.add, Holder(me), wish(product, 1, 1)),
        partial(service.add, Holder(me), wish(product, 0, 1)),
        seed=seed,
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert quantities(me) == {first: 1, second: 1}


def test_what_would_be_ordered_are_the_selected_lines(filled: tuple[str, str, str]) -> None:
    me, five, two = filled
    assert {line.sku_id for line in service.selected(me).lines} == {five, two}

    service.select(Holder(me), False, sku_ids=[five])

    chosen = service.selected(me)
    assert [(line.sku_id, line.quantity) for line in chosen.lines] == [(two, 2)]
    assert chosen.version == service.show(Holder(me)).cart.version
    assert service.selected(people.customer().user_id).lines == ()
