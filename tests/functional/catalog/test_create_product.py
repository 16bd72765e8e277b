"""Writing a new product."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from mall import ids
from mall.catalog.products import service
from mall.catalog.products.model import ExternalIdTaken
from mall.merchants.model import Kind, Merchant, State
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY, body


def fields(answer: Answer) -> dict[str, str]:
    """What is said to be wrong with which field."""
    return {fault["field"]: fault["type"] for fault in answer.body["Details"]["fields"]}


def test_a_new_product_is_a_draft_that_nobody_sees(mine: Callable[..., Answer], visitor: Callable[..., Answer]) -> None:
    answer = mine("create_product", **body(goods.category().id))

    assert answer.status == 201
    assert (answer.body["draft"], answer.body["live"], answer.body["what"]) == ("draft", None, "created")
    assert visitor("get_product", answer.body["id"]).status == 404


def test_option_values_are_found_by_name_and_kept_by_code(mine: Callable[..., Answer]) -> None:
    made = mine("create_product", **body(goods.category().id)).body

    draft = mine("get_own_product", made["id"]).body["draft"]["content"]
    assert [sku["options"] for sku in draft["skus"]] == [{"colour": "red"}, {"colour": "blue"}]
    assert draft["options"] == [
        {
            "code": "colour",
            "name": {"zh-CN": "颜色", "en": "Colour"},
            "values": [
                {"code": "red", "name": {"zh-CN": "红", "en": "Red"}},
                {"code": "blue", "name": {"zh-CN": "蓝", "en": "Blue"}},
            ],
        }
    ]


def test_a_description_keeps_its_structure_and_loses_its_scripts(mine: Callable[..., Answer]) -> None:
    html = (
        '<h2 onclick="steal()">茶</h2><script>steal()</script><p style="position:fixed">好<b>茶</b></p>'
        '<img src="https://evil.example/a.png" alt="x"><img src="/media/p/pic_1/480.jpg">'
        '<img src="/media/../api/users/me"><a href="javascript:steal()">x</a><a href="https://tea.example/">y</a>'
        "<iframe src='//evil.example'></iframe><svg><script>steal()</script></svg>"
    )

    made = mine("create_product", **body(goods.category().id, description={"zh-CN": html})).body

    clean = mine("get_own_product", made["id"]).body["draft"]["content"]["description"]["zh-CN"]
    assert clean == (
        '<h2>茶</h2><p>好<b>茶</b></p><img alt="x"><img src="/media/p/pic_1/480.jpg"><img>'
        '<a rel="nofollow noopener noreferrer">x</a>'
        '<a href="https://tea.example/" rel="nofollow noopener noreferrer">y</a>'
    )


@pytest.mark.parametrize(
    ("changes", "field", "type"),
    [
        ({"attributes": {"origin": "杭州", "taste": "sweet"}}, "attributes.taste", "unknown"),
        ({"attributes": {"origin": 7}}, "attributes.origin", "type"),
        ({"attributes": {"origin": "杭州", "net_weight": -1}}, "attributes.net_weight", "minimum"),
        ({"attributes": {"origin": "杭州", "net_weight": True}}, "attributes.net_weight", "type"),
        ({"attributes": {"origin": "杭州", "net_weight": 1e300}}, "attributes.net_weight", "maximum"),
        ({"attributes": {"origin": "x" * 501}}, "attributes.origin", "maxLength"),
        ({"brand_id": "brd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ"}, "brand_id", "reference"),
        ({"category_id": NO_CATEGORY}, "category_id", "reference"),
        ({"name": {"zh-CN": "  "}}, "name", "NotAText"),
        ({"name": {"zh-CN": "一\u0007二"}}, "name.zh-CN", "NotAText"),
        ({"on_sale_from": "2030-02-01T00:00:00Z", "on_sale_until": "2030-01-01T00:00:00Z"}, "on_sale_until", "order"),
        ({"tags": ["明前", "明前\u0007"]}, "tags.1", "pattern"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_field_is_named(
    mine: Callable[..., Answer], changes: dict[str, Any], field: str, type: str
) -> None:
    answer = mine("create_product", **(body(goods.category().id) | changes))

    assert (answer.status, answer.code) == (400, "BadProduct")
    assert fields(answer) == {field: type}
    assert answer.body["Details"]["field"] == field


@pytest.mark.parametrize(
    ("skus", "field", "type"),
    [
        ([{"options": {"colour": "green"}}], "skus.0.options.colour", "enum"),
        ([{"options": {"colour": "red"}}, {"options": {"colour": "Red"}}], "skus.1.options", "repeated"),
        ([{"options": {"colour": "red"}}, {"options": {}}], "skus.1.options.colour", "missing"),
        ([{"options": {"flavour": "sweet"}}], "options.0.code", "unknown"),
        (
            [{"options": {"colour": "red"}, "code": "A"}, {"options": {"colour": "blue"}, "code": "A"}],
            "skus.1.code",
            "repeated",
        ),
        ([{"options": {}, "list_price": {"amount": 9}}], "skus.0.list_price", "BadPrice"),
        (
            [
                {"options": {"colour": "red"}},
                {"options": {"colour": "blue"}, "price": {"amount": 5, "currency": "USD"}},
            ],
            "skus.1.price",
            "currency",
        ),
        ([{"options": {}, "barcode": "69 01"}], "skus.0.barcode", "pattern"),
        (
            [{"tiers": [{"quantity": 2, "price": {"amount": 90}}, {"quantity": 5, "price": {"amount": 95}}]}],
            "skus.0.tiers.1",
            "order",
        ),
        ([{"tiers": [{"quantity": 2, "price": {"amount": 90, "currency": "USD"}}]}], "skus.0.tiers.0", "order"),
        ([{"member_prices": {"gold": {"amount": 101}}}], "skus.0.member_prices.gold", "maximum"),
    ],
)
def test_a_matrix_of_skus_without_sense_is_refused(
    mine: Callable[..., Answer], skus: list[dict[str, Any]], field: str, type: str
) -> None:
    priced = [{"price": {"amount": 100}} | sku for sku in skus]

    answer = mine("create_product", **body(goods.category().id, skus=priced))

    assert (answer.status, answer.code) == (400, "BadProduct")
    assert fields(answer) == {field: type}


def test_everything_that_is_wrong_is_told_at_once(mine: Callable[..., Answer]) -> None:
    wrong = body(goods.category().id, attributes={"origin": 1, "taste": "x"}, name={"en": "a\nb"})

    assert set(fields(mine("create_product", **wrong))) == {"attributes.origin", "attributes.taste", "name.en"}


@pytest.mark.parametrize(
    "changes",
    [
        {"skus": [{"price": {"amount": 0}}]},
        {"skus": [{"price": {"amount": 1.5}}]},
        {"skus": [{"price": {"amount": 100}, "stock": -1}]},
        {"on_sale_from": "2030-01-01T00:00:00"},
        {"name": {"fr": "Thé"}},
        {"skus": [{"price": {"amount": 1}}] * 201},
        {"pictures": ["../../etc/passwd"]},
        {"state": "on_sale"},
    ],
)
def test_what_is_not_of_the_form_is_refused(mine: Callable[..., Answer], changes: dict[str, Any]) -> None:
    answer = mine("create_product", **body(goods.category().id, **changes))

    assert (answer.status, answer.code) == (400, "Invalid")


def test_open_options_take_values_of_the_merchants_own(mine: Callable[..., Answer]) -> None:
    skus = [{"options": {"size": size}, "price": {"amount": 100}} for size in ("250 g", "500 g")]
    options = [{"code": "size", "values": [{"code": "500 g", "name": {"en": "Half a kilo"}}]}]

    made = mine("create_product", **body(goods.category().id, skus=skus, options=options))

    (option,) = mine("get_own_product", made.body["id"]).body["draft"]["content"]["options"]
    assert [value["code"] for value in option["values"]] == ["500 g", "250 g"]
    assert option["values"][0]["name"] == {"en": "Half a kilo"}


def test_a_category_below_inherits_what_may_be_said(mine: Callable[..., Answer]) -> None:
    tea = goods.category()
    green = goods.category((), above=[tea], name={"en": "Green tea"})

    assert mine("create_product", **body(green.id)).status == 201
    assert mine("create_product", **body(green.id, attributes={"taste": "x"})).code == "BadProduct"


def test_an_external_id_is_given_once_a_merchant(mine: Callable[..., Answer], call: Callable[..., Answer]) -> None:
    wanted = body(goods.category().id, external_id="TEA-01")
    first = mine("create_product", **wanted)

    again = mine("create_product", **wanted)
    elsewhere = call("create_product", goods.clerk(goods.merchant()), None, wanted)

    assert (again.status, again.code) == (409, "ExternalIdTaken")
    assert again.body["Details"]["product_id"] == first.body["id"]
    assert elsewhere.status == 201


def test_a_repetition_with_the_same_key_makes_one_product(
    invoke: Callable[..., Answer], merchant: Merchant, mine: Callable[..., Answer]
) -> None:
    wanted, clerk = body(goods.category().id), goods.clerk(merchant)

    first, again = (
        invoke("catalog.create_product", caller=clerk, body=wanted, headers={"Idempotency-Key": "k1"}) for _ in "12"
    )

    assert (again.status, again.body) == (201, first.body)
    assert len(mine("list_own_products").body["items"]) == 1


def test_prices_by_quantity_and_for_members_are_kept(mine: Callable[..., Answer]) -> None:
    special = {
        "tiers": [{"quantity": 10, "price": {"amount": 90, "currency": "CNY"}}],
        "member_prices": {"gold": {"amount": 95, "currency": "CNY"}},
    }

    made = mine("create_product", **body(goods.category().id, skus=[{"price": {"amount": 100}} | special]))

    (sku,) = mine("get_own_product", made.body["id"]).body["draft"]["content"]["skus"]
    assert {name: sku[name] for name in special} == special


def test_labels_that_are_new_come_into_being(mine: Callable[..., Answer]) -> None:
    category = goods.category().id

    one = mine("create_product", **body(category, labels=["春茶", "礼盒"])).body
    two = mine("create_product", **body(category, labels=["礼盒"])).body

    labels = [mine("get_own_product", made["id"]).body["draft"]["content"]["labels"] for made in (one, two)]
    assert labels[0][1:] == labels[1]
    assert mine("create_product", **body(category, labels=[ids.new("lbl")])).code == "NoSuchLabel"


def test_the_malls_own_store_sells_at_once_what_it_submits(
    call: Callable[..., Answer], visitor: Callable[..., Answer]
) -> None:
    own = goods.merchant(Kind.SELF)

    made = call("create_product", goods.clerk(own), None, body(goods.category().id, submit=True))

    assert (made.body["draft"], made.body["live"], made.body["version"]) == (None, "on_sale", 1)
    assert visitor("get_product", made.body["id"]).status == 200


def test_what_is_submitted_at_once_has_to_be_complete(mine: Callable[..., Answer]) -> None:
    answer = mine("create_product", **body(goods.category().id, attributes={}, skus=[], submit=True))

    assert answer.code == "BadProduct"
    assert fields(answer) == {"attributes.origin": "missing", "skus": "missing"}


def test_a_suspended_merchant_writes_nothing(call: Callable[..., Answer]) -> None:
    suspended = goods.merchant(state=State.SUSPENDED)

    answer = call("create_product", goods.clerk(suspended), None, body(goods.category().id))

    assert (answer.status, answer.code) == (403, "MerchantNotActive")


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_same_external_id_written_at_once_is_one_product(
    merchant: Merchant, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    content = goods.content(goods.category().id, external_id="TEA-01")

    results = at_once(*[partial(service.write, merchant.id, content, by="usr_1")] * 3, seed=seed)

    # Who lost the race is told whose the id is, and finds that all is said when they say it again.
    lost = [result for result in results if isinstance(result, ExternalIdTaken)]
    done = [result for result in results if not isinstance(result, ExternalIdTaken)]
    again = [service.write(merchant.id, content, by="usr_1") for _ in lost]
    assert sorted(what for _, what in done + again) == ["created", "unchanged", "unchanged"]
    ids = {record.id for record, _ in done + again}
    assert len(ids) == 1
    assert {refusal.details["product_id"] for refusal in lost} <= ids
