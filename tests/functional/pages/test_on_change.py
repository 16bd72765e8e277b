"""The function that follows what happens: from news to the pages that have to be rendered."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.local import templates
from infra.local.state import ROOT
from mall.events import Event
from mall.pages import changes
from tests.fixtures import goods
from tests.functional.pages.conftest import Queue
from tests.functional.pages.test_render_pages import record

pytestmark = pytest.mark.usefixtures("database")


def envelope(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """News as the bus delivers them."""
    event = Event.of(name, aggregate="any", data=data)
    return record({"detail-type": name, "source": event.source, "detail": json.loads(event.detail())})


def test_a_product_that_goes_on_sale_brings_its_pages(run: Callable[..., Any], queue: Queue) -> None:
    above = goods.category()
    sold = goods.on_sale(category_id=goods.category(above=[above]).id)
    (told,) = goods.news("catalog.ProductPublished")

    answer = run("pages.on_change", {"Records": [envelope("catalog.ProductPublished", told)] * 2})

    lists = ["home", f"category:{above.id}", f"category:{sold.category_id}", f"merchant:{sold.merchant_id}"]
    assert answer == {"batchItemFailures": []}
    assert queue.pages() == sorted([f"product:{sold.id}", *lists, *lists])


def test_a_message_that_is_no_news_comes_again_alone(run: Callable[..., Any], queue: Queue) -> None:
    told = {"kind": "article", "id": "delivery", "listing": False}
    bad = record({"detail-type": "content.ContentChanged"})

    answer = run("pages.on_change", {"Records": [bad, envelope("content.ContentChanged", told)]})

    assert answer == {"batchItemFailures": [{"itemIdentifier": bad["messageId"]}]}
    assert queue.pages() == ["article:delivery"]


def test_what_pages_follow_is_what_comes_into_the_queue() -> None:
    stack = templates.load(ROOT / "infra" / "stacks" / "pages.yaml")
    heard = stack["Resources"]["Changes"]["Properties"]["Parameters"]["DetailTypes"]["Fn::Join"][1]

    assert set(heard) == set(changes.FOLLOWED)
