"""The feed of the index: what the stream of products tells, and the command that makes everything anew."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from mall import clock, config
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service as products
from mall.catalog.products.content import Sku
from mall.catalog.products.platform import service as platform
from mall.merchants.model import Kind
from mall.money import Money
from mall.search.__main__ import main
from mall.search.finding import store as finding
from mall.search.finding.model import Sort, Wanted
from mall.search.index import service
from mall.search.index.service import NotIndexed
from mall.search.model import EVERYWHERE
from tests.fixtures import goods

pytestmark = pytest.mark.usefixtures("aws", "database")

Run = Callable[..., Any]


def changes(*changed: tuple[str, str]) -> dict[str, Any]:
    """A batch of the stream: that these parts of these products were written, one after the other."""
    return {
        "Records": [
            {
                "eventName": "MODIFY",
                "dynamodb": {"Keys": {"id": {"S": id}, "part": {"S": part}}, "SequenceNumber": str(number)},
            }
            for number, (id, part) in enumerate(changed, 1)
        ]
    }


def live(*ids: str) -> dict[str, Any]:
    return changes(*((id, "live") for id in ids))


def cards() -> list[dict[str, Any]]:
    """What is listed, the newest first."""
    return finding.listing(EVERYWHERE, Sort.NEW, limit=100, after=None)[0]


def listed() -> set[str]:
    return {card["id"] for card in cards()}


def found(words: Iterable[str]) -> list[str]:
    hits = finding.search(Wanted(words=tuple(f"'{word}'" for word in words)), locale="en", limit=10, after=None)
    return [card["id"] for card in hits.cards]


def spoil(id: str) -> None:
    """Make what is live of a product unreadable."""
    boto3.client("dynamodb").update_item(
        TableName=config.table("products"),
        Key={"id": {"S": id}, "part": {"S": "live"}},
        UpdateExpression="SET body = :nothing",
        ExpressionAttributeValues={":nothing": {"S": "{"}},
    )


def test_a_product_that_goes_on_sale_is_found_by_what_it_says(run: Run) -> None:
    brand = goods.brand({"en": "Breeze"})
    made = goods.on_sale(brand_id=brand.id)

    assert run("search.index_products", live(made.id)) == {"batchItemFailures": []}

    assert [found(words) for words in (["longjing"], ["龙井"], ["breeze"], ["茶叶"], ["杭州"], ["采摘"])] == [
        [made.id]
    ] * 6
    (card,) = cards()
    assert card["price"] == {
        "from": {"amount": 12_800, "currency": "CNY"}, "to": {"amount": 13_800, "currency": "CNY"}
    }  # fmt: skip
    assert card["brand"]["name"] == {"en": "Breeze"}
    facets = finding.search(Wanted(), locale="en", limit=1, after=None).facets
    assert {(facet.code, facet.name) for facet in facets} >= {("attr.colour", "Red"), ("attr.origin", "杭州")}


def test_what_was_told_already_changes_nothing(run: Run) -> None:
    made = goods.on_sale()
    batch = changes((made.id, "live"), (made.id, "offers"), (made.id, "live"))

    assert [run("search.index_products", batch) for _ in range(2)] == [{"batchItemFailures": []}] * 2

    assert service.refresh([made.id]) == set()
    assert listed() == {made.id}


def test_a_new_price_and_the_end_of_the_stock_are_listed(run: Run) -> None:
    owner = goods.merchant(Kind.SELF)
    made = goods.on_sale(owner)
    run("search.index_products", live(made.id))
    cheap, dear = (sku.id for sku in products.live_many([made.id])[made.id].skus)

    offers.set(owner.id, made.id, [Change(cheap, price=Money(9_900), available=0), Change(dear, available=0)])
    run("search.index_products", changes((made.id, "offers")))

    (card,) = cards()
    assert (card["price"]["from"]["amount"], card["stock_state"]) == (9_900, "out")
    assert finding.search(Wanted(price_max=10_000), locale="en", limit=1, after=None).total == 1


def test_a_product_off_sale_is_found_no_more_whatever_comes_late(run: Run) -> None:
    owner = goods.merchant(Kind.SELF)
    made = goods.on_sale(owner)
    run("search.index_products", live(made.id))

    products.take_off_sale(owner.id, made.id)
    for _ in range(2):
        run("search.index_products", changes((made.id, "live"), (made.id, "offers")))
    gone = listed()
    products.put_on_sale(owner.id, made.id)
    run("search.index_products", live(made.id))

    assert (gone, listed()) == (set(), {made.id})


def test_drafts_and_other_parts_are_none_of_the_indexs(run: Run) -> None:
    draft = goods.draft(goods.merchant())

    result = run("search.index_products", changes((draft.id, "draft"), (draft.id, "head"), ("ext#mch_a#1", "ref")))

    assert (result, listed()) == ({"batchItemFailures": []}, set())


def test_operators_flags_are_listed_until_they_end(run: Run) -> None:
    plain, flagged = goods.on_sale(), goods.on_sale()
    platform.flag(flagged.id, {"pinned": clock.now() + timedelta(hours=1)})
    run("search.index_products", live(plain.id, flagged.id))
    first = finding.listing(EVERYWHERE, Sort.RELEVANCE, limit=1, after=None)[0]

    with clock.at(clock.now() + timedelta(hours=2)):
        platform.flag(flagged.id, {})
        run("search.index_products", live(plain.id, flagged.id))
    then = finding.listing(EVERYWHERE, Sort.RELEVANCE, limit=2, after=None)[0]

    assert first[0]["id"] == flagged.id
    assert [card["flags"] for card in then] == [{}, {}]


def test_a_product_that_cannot_be_read_comes_again_and_holds_up_no_other(run: Run) -> None:
    category = goods.category().id
    good, bad, other = (goods.on_sale(category_id=category) for _ in range(3))
    spoil(bad.id)

    result = run("search.index_products", live(good.id, bad.id, other.id))

    assert result == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert listed() == {good.id, other.id}


def test_the_emulator_which_knows_no_partial_failures_gets_the_whole_batch_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = goods.on_sale(), goods.on_sale()
    spoil(bad.id)

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    with pytest.raises(NotIndexed):
        run("search.index_products", live(good.id, bad.id))

    assert listed() == {good.id}


def test_products_without_a_brand_or_a_category_that_is_shown_are_found_all_the_same(run: Run) -> None:
    made = goods.on_sale(name={"en": "Plain tea"}, skus=(Sku(Money(100), options={"colour": "red"}, stock=1),))

    run("search.index_products", live(made.id))

    assert (found(["plain"]), cards()[0]["brand"]) == ([made.id], None)


# --- the command


def test_the_index_is_made_anew_with_its_progress_told(capsys: pytest.CaptureFixture[str]) -> None:
    category = goods.category().id
    made = [goods.on_sale(category_id=category) for _ in range(3)]
    old = goods.on_sale(category_id=category)
    service.refresh([old.id])
    boto3.client("dynamodb").delete_item(
        TableName=config.table("products"), Key={"id": {"S": old.id}, "part": {"S": "live"}}
    )

    status = main(["rebuild"])

    assert status == 0
    assert listed() == {product.id for product in made}
    assert "3 products" in capsys.readouterr().out
