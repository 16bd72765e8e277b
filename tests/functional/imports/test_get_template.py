"""What a file may hold, told to anybody, and true."""

import json
from collections.abc import Callable

from mall.imports.documents import Document
from mall.imports.formats import template
from tests.fixtures.gateway import Answer


def test_anybody_may_read_what_a_file_may_hold(aws: object, invoke: Callable[..., Answer]) -> None:
    answer = invoke("imports.get_template")

    assert (answer.status, answer.body["version"]) == (200, 1)
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert {field["name"] for field in answer.body["fields"]} == set(template.BY_NAME)


def test_every_column_that_is_told_is_one_that_is_read(aws: object, invoke: Callable[..., Answer]) -> None:
    body = invoke("imports.get_template").body

    assert [template.column(name) for name in body["columns"]] == body["columns"]
    assert all(template.column(field["label"]) for field in body["fields"] if field["kind"] != "values by code")


def test_the_example_is_a_product(aws: object, invoke: Callable[..., Answer]) -> None:
    example = json.loads(invoke("imports.get_template").body["example"])

    assert len(Document.of(example, "zh-CN").skus) == 2
