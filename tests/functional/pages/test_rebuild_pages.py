"""The function that asks for every page there is or should be."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.pages import service
from mall.pages.model import STANDING
from tests.fixtures import goods
from tests.functional.pages.conftest import Queue
from tests.functional.pages.test_render_pages import record

pytestmark = pytest.mark.usefixtures("database")


def test_every_page_is_asked_for(run: Callable[..., Any], queue: Queue) -> None:
    above = goods.category()
    sold = goods.on_sale(category_id=goods.category(above=[above]).id)
    brand = goods.brand()
    draft = goods.draft(goods.merchant(), sold.category_id)
    rebuild = service.publish_all()

    answer = run("pages.rebuild_pages", {"Records": [record({"rebuild": rebuild})]})

    asked = queue.messages()
    assert answer == {"batchItemFailures": []}
    assert {message["rebuild"] for message in asked} == {rebuild}
    assert {message["page"] for message in asked} == {
        *(str(page) for page in STANDING),
        *(f"category:{id}" for id in (above.id, sold.category_id)),
        *(f"merchant:{id}" for id in (sold.merchant_id, draft.merchant_id)),
        f"brand:{brand.id}",
        f"product:{sold.id}",
    }
    assert service.rebuild(rebuild).total == len(asked)


def test_a_message_that_names_no_rebuild_comes_again(run: Callable[..., Any]) -> None:
    answer = run("pages.rebuild_pages", {"Records": [record({"else": 1})]})

    assert len(answer["batchItemFailures"]) == 1
