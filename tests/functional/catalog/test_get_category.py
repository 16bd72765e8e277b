"""Showing a category to everybody."""

from collections.abc import Callable

import jsonschema
import pytest

from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY


def test_the_way_to_it_and_its_template_are_told_in_the_readers_language(invoke: Callable[..., Answer]) -> None:
    tea = goods.category()
    green = goods.category((), above=[tea], name={"zh-CN": "绿茶"})

    answer = invoke("catalog.get_category", path={"category_id": green.id}, query={"locale": "en"})

    assert answer.status == 200
    assert answer.body["name"] == "绿茶"  # it has no English one
    assert answer.body["path"] == [{"id": tea.id, "name": "Tea"}, {"id": green.id, "name": "绿茶"}]
    colour = next(one for one in answer.body["attributes"] if one["code"] == "colour")
    assert colour["values"] == [{"code": "red", "name": "Red"}, {"code": "blue", "name": "Blue"}]
    assert (colour["sku"], colour["facet"], colour["kind"]) == (True, True, "enum")


def test_its_json_schema_says_what_attributes_may_be(invoke: Callable[..., Answer]) -> None:
    schema = invoke("catalog.get_category", path={"category_id": goods.category().id}).body["schema"]

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"origin": "杭州", "net_weight": 250}, schema)
    for wrong in ({}, {"origin": 1}, {"origin": "x", "colour": "red"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_anybody_may_keep_it_for_a_minute(invoke: Callable[..., Answer]) -> None:
    answer = invoke("catalog.get_category", path={"category_id": goods.category().id})

    assert answer.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("id", [NO_CATEGORY, "tree", "labels#mch_1", "job#1"])
def test_what_is_no_category_is_not_found(invoke: Callable[..., Answer], id: str) -> None:
    goods.category()

    assert invoke("catalog.get_category", path={"category_id": id}).code == "NoSuchCategory"
