"""Adding categories."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.categories import service
from mall.catalog.categories.tree import store
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY
from tests.functional.catalog.planting import plant

pytestmark = pytest.mark.usefixtures("database")
ORIGIN = {"code": "origin", "name": {"zh-CN": "产地", "en": "Origin"}, "required": True, "facet": True}
Add = Callable[..., Answer]


def test_a_root_is_there_for_everybody_at_once(add: Add, invoke: Callable[..., Answer]) -> None:
    answer = add(attributes=[ORIGIN])

    assert (answer.status, answer.body["slug"], answer.body["state"]) == (201, "tea", "active")
    shown = invoke("catalog.get_category", path={"category_id": answer.body["id"]}, query={"locale": "en"})
    assert shown.body["name"] == "Tea"
    assert [one["code"] for one in shown.body["attributes"]] == ["origin"]
    assert [node.id for node in service.tree(fresh=True)] == [answer.body["id"]]
    assert goods.relational_news("catalog.CategoryChanged") == [
        {"category_id": answer.body["id"], "parent_id": None, "what": "created"}
    ]


def test_what_is_below_inherits_and_may_say_it_in_its_own_way(add: Add) -> None:
    tea = add(attributes=[ORIGIN, {"code": "taste", "name": {"en": "Taste"}}]).body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body
    wider = {"code": "origin", "name": {"en": "Garden"}}
    longjing = add(parent_id=green["id"], name={"en": "Longjing"}, attributes=[wider]).body

    found = service.published(longjing["id"])

    assert found.path == (tea["id"], green["id"], longjing["id"])
    assert [(one.code, one.name["en"], one.required) for one in found.attributes] == [
        ("origin", "Garden", False),
        ("taste", "Taste", False),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"parent_id": NO_CATEGORY}, 404, "NoSuchCategory"),
        ({"name": {"en": "  "}}, 400, "NotAText"),
        ({"name": {"fr": "Thé"}}, 400, "Invalid"),
        ({"slug": "Tea!"}, 400, "Invalid"),
        ({"attributes": [ORIGIN, ORIGIN]}, 400, "BadAttribute"),
        ({"attributes": [ORIGIN | {"kind": "enum"}]}, 400, "BadAttribute"),
        ({"attributes": [ORIGIN | {"sku": True}]}, 400, "BadAttribute"),
        ({"attributes": [ORIGIN | {"kind": "number", "minimum": 2, "maximum": 1}]}, 400, "BadAttribute"),
        ({"attributes": [ORIGIN | {"code": "Origin"}]}, 400, "Invalid"),
        (
            {
                "attributes": [
                    ORIGIN | {"kind": "enum", "values": [{"code": "a|b", "name": {"en": "x"}}]},
                ]
            },
            400,
            "BadAttribute",
        ),
    ],
)
def test_what_cannot_be_a_category_is_refused(add: Add, changes: dict[str, Any], status: int, code: str) -> None:
    answer = add(**changes)

    assert (answer.status, answer.code) == (status, code)
    assert store.load().categories == {}


def test_siblings_have_different_names_in_addresses(add: Add) -> None:
    tea = add().body

    assert add().code == "SlugTaken"
    assert add(parent_id=tea["id"]).status == 201


def test_an_attribute_has_one_type_in_a_line(add: Add) -> None:
    tea = add(attributes=[ORIGIN]).body

    answer = add(parent_id=tea["id"], attributes=[ORIGIN | {"kind": "boolean"}])

    assert (answer.status, answer.code, answer.body["Details"]) == (409, "AttributeClash", {"code": "origin"})


def test_the_tree_is_only_so_deep(add: Add) -> None:
    parent = None
    for _ in range(10):
        parent = add(parent_id=parent).body["id"]

    assert add(parent_id=parent).code == "TooDeep"


def test_a_repetition_with_the_same_key_adds_one(add: Add) -> None:
    first, again = (add(key="k1") for _ in "12")

    assert (again.status, again.body) == (201, first.body)
    assert len(store.load().categories) == 1


def test_of_two_with_the_same_name_at_once_one_is_added(add: Add, race: Callable[..., list[Any]], aws: Any) -> None:
    results = race([(plant, "tea")] * 4)

    assert sorted(type(result).__name__ for result in results) == ["SlugTaken"] * 3 + ["str"]


def test_merchants_add_none(invoke: Callable[..., Answer]) -> None:
    caller = goods.clerk(goods.merchant())

    assert invoke("catalog.create_category", caller=caller, body={"name": {"en": "x"}}).status == 403
