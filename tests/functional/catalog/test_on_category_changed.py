"""Publishing what a change of a category has changed below it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mall.catalog.categories import service
from mall.catalog.categories import store as published
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY

pytestmark = pytest.mark.usefixtures("database")
SAMPLE = Path(__file__).parents[3] / "events" / "catalog" / "on_category_changed.json"


def batch(category_id: str) -> dict[str, Any]:
    """The news of a category as its queue delivers it."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(found["Records"][0]["body"])
    envelope["detail"]["aggregate"] = category_id
    found["Records"][0]["body"] = json.dumps(envelope)
    return found


def test_what_a_crash_left_unpublished_is_published(add: Callable[..., Answer], run: Callable[..., Any]) -> None:
    tea = add().body["id"]
    green = add(parent_id=tea, name={"en": "Green"}).body["id"]
    for category_id in (tea, green):
        published.remove(category_id)

    assert run("catalog.on_category_changed", batch(tea)) == {"batchItemFailures": []}

    assert [service.published(id).path for id in (tea, green)] == [(tea,), (tea, green)]


def test_the_news_of_a_category_that_is_gone_by_now_is_no_mistake(run: Callable[..., Any]) -> None:
    assert run("catalog.on_category_changed", batch(NO_CATEGORY)) == {"batchItemFailures": []}
