"""Writing a merchant's products into a file that an import leaves as they are."""

import json
from typing import Any

import pytest

from mall import ids
from mall.catalog.offers import service as offers
from mall.catalog.offers.model import Change
from mall.catalog.products import service as products
from mall.catalog.products.model import Content, Sku
from mall.imports.model import Format
from mall.money import Money
from tests.functional.imports.conftest import TEA, Desk, opened, record, tea
from tests.functional.imports.test_work_chunk import counts


@pytest.mark.parametrize("format", Format)
def test_an_import_of_what_was_exported_changes_nothing(desk: Desk, format: Format) -> None:
    extra = {"description": {"zh-CN": "<p>一</p>"}, "tags": ["a|b"], "labels": ["春茶"], "gender_affinity": "F"}
    desk.lines(tea("a", **extra), tea("b"), tea("007", on_sale_until="2035-01-01T00:00:00+08:00"), then="submit")
    before = desk.products()

    file = desk.take_out(format)
    job = desk.bring_in(format, file)

    assert (counts(job), desk.errors(job) if job["errors"] else []) == ({"unchanged": 3}, [])
    assert desk.products() == before


def test_an_export_says_what_things_cost_now(desk: Desk) -> None:
    desk.lines(tea("a"), then="submit")
    product = desk.products()["a"]
    offers.set(desk.merchant_id, product.id, [Change(product.skus[0].id, Money(1), None, 3)])

    (line,) = (json.loads(line) for line in desk.take_out(Format.JSONL).splitlines())

    assert [(sku["price"], sku.get("list_price"), sku["stock"]) for sku in line["skus"]] == [
        ("0.01", None, 3),
        ("39.90", "49.90", 0),
    ]


def test_a_product_without_an_id_of_the_merchants_goes_by_ours_and_is_found_again(desk: Desk) -> None:
    content = Content(category_id=TEA, name={"en": "By hand"}, skus=(Sku(Money(100), code="hand"),))
    product, _ = products.write(desk.merchant_id, content, by="somebody")

    (line,) = (json.loads(line) for line in desk.take_out(Format.JSONL).splitlines())
    assert line["external_id"] == product.id
    assert counts(desk.lines(line)) == {"unchanged": 1}
    assert counts(desk.lines(line | {"name": "By machine"})) == {"updated": 1}

    (found,) = desk.products().values()
    assert (found.id, found.name, found.external_id) == (product.id, {"zh-CN": "By machine"}, "")


def test_nobody_changes_another_merchants_product_by_naming_its_id(desk: Desk) -> None:
    content = Content(category_id=TEA, name={"en": "By hand"}, skus=(Sku(Money(100), code="hand"),))
    product, _ = products.write(desk.merchant_id, content, by="somebody")
    other = opened(Desk(desk.invoke, desk.run))

    job = other.lines(tea(product.id))

    assert [error["code"] for error in other.errors(job)] == ["NoSuchProduct"]
    assert other.products() == {}


def test_an_export_holds_the_merchants_own_products_only(desk: Desk) -> None:
    other = opened(Desk(desk.invoke, desk.run))
    other.lines(tea("theirs"))

    assert desk.take_out(Format.JSONL) == b""


def test_an_export_holds_no_more_than_it_may(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mall.imports.model.MAX_EXPORTED", 1)
    desk.lines(tea("a"), tea("b"))
    export_id = desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"}).body["id"]

    desk.drain()

    seen = desk.invoke("imports.get_export", caller=desk.caller, path={"export_id": export_id}).body
    assert (seen["state"], seen["refusal"]["code"]) == ("refused", "TooManyProducts")


def test_an_export_that_is_finished_is_not_written_again(desk: Desk) -> None:
    body: dict[str, Any] = desk.invoke("imports.create_export", caller=desk.caller, body={"format": "jsonl"}).body
    (message,) = desk.messages("exports")
    desk.run("imports.write_export", {"Records": [message]})
    desk.lines(tea())

    desk.run("imports.write_export", {"Records": [message]})

    seen = desk.invoke("imports.get_export", caller=desk.caller, path={"export_id": body["id"]}).body
    assert seen["total"] == 0


def test_a_message_of_a_job_that_is_forgotten_is_let_go(desk: Desk) -> None:
    message = record(json.dumps({"merchant_id": desk.merchant_id, "job_id": ids.new("exp")}))

    assert desk.run("imports.write_export", {"Records": [message]})["batchItemFailures"] == []
