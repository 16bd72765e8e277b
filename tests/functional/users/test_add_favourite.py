"""Marking a product or merchant as a favourite."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import boto3
import pytest

from mall import clock, config, ids
from mall.auth import NOBODY
from mall.users.activity import service
from mall.users.activity.model import MOST_FAVOURITES
from mall.users.activity.schemas import FavouriteQuery
from tests.fixtures import people
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")


def counted(user_id: str) -> int:
    """How many favourites the counter says somebody has."""
    key = {"user_id": {"S": user_id}, "id": {"S": "counter#favourites"}}
    item = boto3.client("dynamodb").get_item(TableName=config.table("activity"), Key=key).get("Item", {})
    return int(item.get("held", {}).get("N", 0))


def count_as(user_id: str, held: int) -> None:
    """Make the counter say that somebody has `held` favourites."""
    item = {"user_id": {"S": user_id}, "id": {"S": "counter#favourites"}, "held": {"N": str(held)}}
    boto3.client("dynamodb").put_item(TableName=config.table("activity"), Item=item)


# Settled ones where they name a test: every process has to call it the same.
PRODUCT, MERCHANT = "prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7", "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6A703"


@pytest.mark.parametrize(("kind", "id"), [("product", PRODUCT), ("merchant", MERCHANT)])
def test_products_and_merchants_become_favourites(invoke: Callable[..., Answer], kind: str, id: str) -> None:
    me = people.with_account()

    with clock.at(datetime(2030, 1, 1, tzinfo=UTC)):
        answer = invoke("users.add_favourite", caller=me, path={"kind": kind, "id": id})

    assert answer.status == 200
    assert answer.body == {"kind": kind, "id": id, "at": "2030-01-01T00:00:00Z"}


def test_a_repetition_changes_nothing_and_counts_once(invoke: Callable[..., Answer]) -> None:
    me, path = people.with_account(), {"kind": "product", "id": ids.new("prd")}
    with clock.at(datetime(2030, 1, 1, tzinfo=UTC)):
        first = invoke("users.add_favourite", caller=me, path=path)

    with clock.at(datetime(2030, 1, 2, tzinfo=UTC)):
        again = invoke("users.add_favourite", caller=me, path=path)

    assert (again.status, again.body) == (200, first.body)
    assert counted(me.user_id) == 1


def test_the_last_favourite_is_the_two_thousandth(invoke: Callable[..., Answer]) -> None:
    me = people.with_account()
    count_as(me.user_id, MOST_FAVOURITES - 1)

    answers = [invoke("users.add_favourite", caller=me, path={"kind": "product", "id": ids.new("prd")}) for _ in "12"]

    assert [(answer.status, answer.code) for answer in answers] == [(200, None), (409, "TooManyFavourites")]
    assert counted(me.user_id) == MOST_FAVOURITES


def test_whoever_has_two_thousand_may_still_repeat_one(invoke: Callable[..., Answer]) -> None:
    me, path = people.with_account(), {"kind": "product", "id": ids.new("prd")}
    invoke("users.add_favourite", caller=me, path=path)
    count_as(me.user_id, MOST_FAVOURITES)

    assert invoke("users.add_favourite", caller=me, path=path).status == 200


@pytest.mark.parametrize(
    ("kind", "id", "status", "code"),
    [
        ("order", MERCHANT.replace("mch", "ord"), 404, "NotAFavouriteKind"),
        ("product", MERCHANT, 400, "MalformedId"),
        ("merchant", PRODUCT, 400, "MalformedId"),
        ("product", "prd_1", 400, "MalformedId"),
        ("product", "prd#2", 400, "MalformedId"),
    ],
)
def test_what_cannot_be_a_favourite_is_refused(
    invoke: Callable[..., Answer], kind: str, id: str, status: int, code: str
) -> None:
    answer = invoke("users.add_favourite", caller=people.with_account(), path={"kind": kind, "id": id})

    assert (answer.status, answer.code) == (status, code)


def test_a_closed_account_remembers_nothing_more(invoke: Callable[..., Answer]) -> None:
    me, path = people.with_account(), {"kind": "product", "id": ids.new("prd")}
    people.close(me)

    answer = invoke("users.add_favourite", caller=me, path=path)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert list(service.export(me.user_id)) == []


def test_a_stranger_has_no_favourites(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.add_favourite", caller=NOBODY, path={"kind": "product", "id": ids.new("prd")}).status == 401


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_last_place_goes_to_one_of_those_who_ask_at_once(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    me = people.with_account()
    count_as(me.user_id, MOST_FAVOURITES - 1)

    results = at_once(
        *(partial(service.add_favourite, me.user_id, "product", ids.new("prd")) for _ in range(4)), seed=seed
    )

    assert sorted(type(result).__name__ for result in results) == ["Favourite"] + ["TooManyFavourites"] * 3
    assert counted(me.user_id) == MOST_FAVOURITES


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_same_favourite_added_at_once_counts_once(at_once: Callable[..., list[Any]], seed: int | None) -> None:
    me, product = people.with_account(), ids.new("prd")

    results = at_once(*[partial(service.add_favourite, me.user_id, "product", product)] * 4, seed=seed)

    assert {result.id for result in results} == {product}
    assert len(service.favourites(me.user_id, FavouriteQuery()).items) == counted(me.user_id) == 1


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_adding_and_removing_at_once_leaves_the_count_right(
    at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    me, product = people.with_account(), ids.new("prd")
    service.add_favourite(me.user_id, "product", product)

    at_once(
        partial(service.remove_favourite, me.user_id, "product", product),
        partial(service.add_favourite, me.user_id, "product", product),
        partial(service.remove_favourite, me.user_id, "product", product),
        seed=seed,
    )

    assert len(service.favourites(me.user_id, FavouriteQuery()).items) == counted(me.user_id)
