"""Taking products in, chunk by chunk: whatever is wrong with some, repeated, raced, or killed anywhere on the way."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.imports import model, store
from mall.imports.model import Format
from mall.merchants import service as merchants
from mall.money import Money
from tests.functional.imports.conftest import TEA, Desk, record, sheet, tea
from tests.steps import Killed, watched

Run = Callable[..., Any]


def counts(job: dict[str, Any]) -> dict[str, int]:
    """How many products came out how."""
    return {name: count for name, count in job["progress"].items() if count and name not in {"total", "done"}}


def stock(desk: Desk, external_id: str) -> dict[str, int]:
    """How many there are of each SKU of a product, by its code."""
    product = desk.products()[external_id]
    codes = {sku.id: sku.code for sku in product.skus}
    return {codes[offer.sku_id]: offer.available for offer in offers.of_products([product.id])[product.id]}


def test_a_product_of_a_file_is_the_merchants_product(desk: Desk) -> None:
    job = desk.lines(tea())

    assert (job["state"], counts(job), job["errors"], job["errors_url"]) == ("finished", {"created": 1}, 0, None)
    assert job["progress"]["total"] == job["progress"]["done"] == 1
    product = desk.products()["tea"]
    assert (product.merchant_id, product.category_id, product.state) == (desk.merchant_id, TEA, "draft")
    assert product.attributes == {"tea_kind": "green", "year": 2030}
    assert [(sku.code, sku.price, sku.list_price) for sku in product.skus] == [
        ("tea-s", Money(1990), None),
        ("tea-l", Money(3990), Money(4990)),
    ]


def test_a_product_that_is_submitted_goes_on_sale_with_its_stock(desk: Desk) -> None:
    desk.lines(tea(), then="submit")

    assert desk.products()["tea"].state == "on_sale"
    assert stock(desk, "tea") == {"tea-s": 7, "tea-l": 0}


def test_a_sheet_says_the_same_in_words(desk: Desk) -> None:
    desk.bring_in(
        Format.CSV,
        sheet(
            ["商品编码", "名称.zh-CN", "类目", "属性.tea_kind", "属性.organic", "规格.size", "价格", "库存"],
            ["tea", "龙井", "食品 > 茶叶", "绿茶", "是", "小", "19.90", "7"],
            ["tea", "", "", "", "", "Large", "39.90", ""],
        ),
    )

    product = desk.products()["tea"]
    assert product.category_id == TEA
    assert product.attributes == {"tea_kind": "green", "organic": True}
    assert [dict(sku.options) for sku in product.skus] == [{"size": "s"}, {"size": "l"}]


def test_a_bad_row_never_stops_the_good_ones(desk: Desk) -> None:
    job = desk.bring_in(
        Format.CSV,
        sheet(
            ["external_id", "name.en", "category", "attribute.tea_kind", "price"],
            ["a", "Good", TEA, "green", "1"],
            ["b", "No such category", "Food > Wine", "", "1"],
            ["c", "No price", TEA, "", "free"],
            ["d", "No such kind", TEA, "blue", "1"],
            ["", "No id", TEA, "", "1"],
            ["e", "Good too", TEA, "black", "2"],
        ),
    )

    assert (job["state"], counts(job), job["progress"]["total"]) == ("finished", {"created": 2, "failed": 4}, 6)
    assert set(desk.products()) == {"a", "e"}
    found = [(error["row"], error["external_id"], error["field"], error["code"]) for error in desk.errors(job)]
    assert found == [
        ("3", "b", "category", "NoSuchCategory"),
        ("4", "c", "skus.0.price", "Invalid"),
        ("5", "d", "attributes.tea_kind", "BadProduct"),
        ("6", "", "external_id", "Missing"),
    ]


def test_names_of_categories_that_fit_several_are_refused(desk: Desk) -> None:
    job = desk.lines(tea("a", category="Food > Tea"), tea("b", category="Tea"), tea("c", category=ids.new("cat")))

    assert [(error["external_id"], error["field"]) for error in desk.errors(job)] == [
        ("b", "category"),
        ("c", "category"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"brand": "Nobody"}, "brand", "NoSuchBrand"),
        ({"brand": "brd_01KAQ3Z5J8M0T1V2W3X4Y5Z6K6"}, "brand", None),
        ({"pictures": ["tea.jpg"]}, "pictures.0", "NoSuchPicture"),
        ({"skus": [{"price": "1", "picture": "tea.jpg"}]}, "skus.0.picture", "NoSuchPicture"),
        ({"skus": [{"price": "1", "options": {"taste": "sweet"}}]}, "options.0.code", "BadProduct"),
        ({"attributes": {"year": "last"}}, "attributes.year", "BadProduct"),
    ],
)
def test_what_a_product_names_has_to_be_there(
    desk: Desk, changes: dict[str, Any], field: str, code: str | None
) -> None:
    job = desk.lines(tea("bad", **changes), tea("good"), then="submit")

    (error,) = desk.errors(job)
    assert (error["row"], error["external_id"], error["field"]) == ("1", "bad", field)
    assert code in {None, error["code"]}
    assert set(desk.products()) == {"good"}


def test_repeating_the_same_file_changes_nothing(desk: Desk) -> None:
    desk.lines(tea("a"), tea("b"), then="submit")
    before = desk.products()
    sku = before["a"].skus[0]
    offers.set(desk.merchant_id, before["a"].id, [Change(sku.id, sku.price, None, 3)])

    job = desk.lines(tea("a"), tea("b"), then="submit")

    assert counts(job) == {"unchanged": 2}
    assert desk.products() == before
    assert stock(desk, "a") == {"a-s": 3, "a-l": 0}


def test_a_changed_product_is_changed_and_no_other(desk: Desk) -> None:
    desk.lines(tea("a"), tea("b"))
    before = desk.products()

    job = desk.lines(tea("a", name="新龙井"), tea("b"))

    assert counts(job) == {"updated": 1, "unchanged": 1}
    after = desk.products()
    assert after["a"].id == before["a"].id
    assert after["a"].name == {"zh-CN": "新龙井"}
    assert after["b"] == before["b"]


def test_the_same_words_are_applied_again_where_the_import_says_so(desk: Desk) -> None:
    desk.lines(tea("a"))
    desk.lines(tea("a", name="别名"))

    assert counts(desk.lines(tea("a"), repeat="apply")) == {"updated": 1}
    assert counts(desk.lines(tea("a"), repeat="apply")) == {"unchanged": 1}


def test_a_draft_of_an_earlier_file_is_submitted_by_the_same_file(desk: Desk) -> None:
    desk.lines(tea())

    desk.lines(tea(), then="submit")

    assert desk.products()["tea"].state == "on_sale"


def test_a_product_that_failed_is_tried_again_by_the_same_file(desk: Desk) -> None:
    assert counts(desk.lines(tea(pictures=["late.jpg"]))) == {"failed": 1}

    assert counts(desk.lines(tea(pictures=["late.jpg"]))) == {"failed": 1}


def test_a_merchant_that_may_not_sell_gets_nothing_in(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)
    merchants.suspend(desk.merchant_id, "a test")

    desk.run("imports.on_import_uploaded", desk.upload(import_id, json.dumps(tea()).encode()))
    desk.drain()

    job = desk.see(import_id)
    assert (job["state"], counts(job)) == ("finished", {"failed": 1})
    assert desk.errors(job)[0]["code"] == "MerchantNotActive"


def waiting(desk: Desk, *documents: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """An import that is read, and the messages of its chunks."""
    import_id = desk.ask(Format.JSONL)
    file = "".join(json.dumps(document) + "\n" for document in documents)
    desk.run("imports.on_import_uploaded", desk.upload(import_id, file.encode()))
    for message in desk.messages("import-splits"):
        assert desk.run("imports.split_import", {"Records": [message]})["batchItemFailures"] == []
    return import_id, desk.messages("import-chunks")


def test_a_chunk_that_comes_twice_is_counted_once(desk: Desk) -> None:
    import_id, chunks = waiting(desk, tea("a"), tea("b", name={}))

    for _ in range(3):
        assert desk.run("imports.work_chunk", {"Records": chunks})["batchItemFailures"] == []

    job = desk.see(import_id)
    assert (job["state"], counts(job), job["errors"]) == ("finished", {"created": 1, "failed": 1}, 1)


def test_chunks_are_small_and_their_order_does_not_matter(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 2)
    import_id, chunks = waiting(desk, *(tea(f"t{number}") for number in range(5)))
    assert len(chunks) == 3

    for chunk in reversed(chunks):
        assert desk.see(import_id)["state"] == "working"
        desk.run("imports.work_chunk", {"Records": [chunk]})

    job = desk.see(import_id)
    assert (job["state"], counts(job)) == ("finished", {"created": 5})


def test_a_worker_that_is_killed_anywhere_is_resumed_to_the_same_end(desk: Desk) -> None:
    documents = [tea("a"), tea("b", name={})]
    steps = 0
    while True:
        number, died = 0, False

        def reached(step: str, at: int = steps) -> None:
            nonlocal number
            number += 1
            if number > at:
                raise Killed(step)

        # Other products each time, so that none is there from the time before.
        suffix = f"-{steps}"
        import_id, chunks = waiting(
            desk, *(document | {"external_id": document["external_id"] + suffix} for document in documents)
        )
        try:
            with watched(reached):
                desk.run("imports.work_chunk", {"Records": chunks})
        except Killed:
            died = True
        if not died:
            break
        assert desk.run("imports.work_chunk", {"Records": chunks})["batchItemFailures"] == []

        job = desk.see(import_id)
        assert (job["state"], counts(job), job["errors"]) == ("finished", {"created": 1, "failed": 1}, 1), steps
        assert len(desk.errors(job)) == 1
        steps += 1
    assert steps > 10
    found = desk.products()
    assert len(found) == steps + 1


def test_two_workers_at_one_chunk_make_each_product_once(desk: Desk, at_once: Callable[..., list[Any]]) -> None:
    import_id, chunks = waiting(desk, tea("a"), tea("b"))

    results = at_once(*[lambda: desk.run("imports.work_chunk", {"Records": chunks})] * 2)
    for chunk in chunks:
        desk.run("imports.work_chunk", {"Records": [chunk]})

    assert [result for result in results if isinstance(result, Exception)] == []
    job = desk.see(import_id)
    assert job["state"] == "finished"
    assert job["progress"]["done"] == job["progress"]["total"] == 2
    assert set(desk.products()) == {"a", "b"}


def test_what_fails_for_a_reason_of_the_malls_own_comes_again_and_in_the_end_is_told(desk: Desk) -> None:
    import_id, (chunk,) = waiting(desk, tea("a"), tea("b"))

    def broken(step: str) -> None:
        if step == "before TransactWriteItems":
            raise ConnectionError("the store does not answer")

    with watched(broken):
        answer = desk.run("imports.work_chunk", {"Records": [chunk]})
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [chunk["messageId"]]
    assert desk.see(import_id)["progress"]["done"] == 0

    transactions = 0

    def broken_twice(step: str) -> None:
        nonlocal transactions
        transactions += step == "before TransactWriteItems"
        if transactions <= 2:
            broken(step)

    with watched(broken_twice):
        answer = desk.run("imports.work_chunk", {"Records": [record(chunk["body"], count=5)]})

    assert answer["batchItemFailures"] == []
    job = desk.see(import_id)
    assert (job["state"], counts(job)) == ("finished", {"failed": 2})
    assert {error["code"] for error in desk.errors(job)} == {"NotDone"}
    assert counts(desk.lines(tea("a"), tea("b"))) == {"created": 2}


def test_a_message_of_a_job_that_is_forgotten_is_let_go(desk: Desk) -> None:
    body = json.dumps({"merchant_id": desk.merchant_id, "job_id": ids.new("imp"), "chunk": 1})

    assert desk.run("imports.work_chunk", {"Records": [record(body)]})["batchItemFailures"] == []


def test_a_chunk_is_worked_for_its_own_merchant_only(desk: Desk) -> None:
    import_id, _ = waiting(desk, tea("a"))

    with pytest.raises(model.NoSuchJob):
        store.load(ids.new("mch", slot=3), import_id)
