"""The function that renders pages: from a message to what readers find, with the storefront's own templates."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.products.platform import service as platform
from mall.content import service as content
from mall.content.schemas import ArticleBody, BannerBody
from mall.pages import rendering, service, store
from mall.pages.files import store as files
from mall.pages.model import Rebuild
from mall.search.index import service as index
from tests.fixtures import goods
from tests.functional.pages.conftest import Site
from tests.functional.pages.small_shop import NOON

pytestmark = pytest.mark.usefixtures("database")


def record(body: Any, *, tries: int = 1) -> dict[str, Any]:
    """A message as Lambda hands it on."""
    return {
        "messageId": f"message {body}",
        "receiptHandle": "x",
        "body": body if isinstance(body, str) else json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(tries)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:test-pages-render_pages",
        "awsRegion": "us-east-1",
    }


@pytest.fixture
def render(run: Callable[..., Any]) -> Callable[..., list[str]]:
    """Have the function render pages by name; answers the messages that have to come again."""

    def act(*bodies: Any, tries: int = 1) -> list[str]:
        records = [record(body if isinstance(body, dict | bytes) else {"page": body}, tries=tries) for body in bodies]
        answer = run("pages.render_pages", {"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return act


def test_a_product_on_sale_is_published_with_its_lists(render: Callable[..., list[str]], site: Site) -> None:
    above = goods.category(name={"zh-CN": "饮品", "en": "Drinks"})
    category = goods.category(above=[above])
    sold = goods.on_sale(category_id=category.id)
    index.refresh([sold.id])
    content.put_banner("spring", BannerBody.model_validate({"title": {"en": "Spring teas"}, "href": f"/p/{sold.id}/"}))
    content.put_article(
        "delivery", ArticleBody.model_validate({"title": {"en": "Delivery"}, "body": {"en": "<p>Fast</p>"}})
    )

    pages = [f"product:{sold.id}", f"category:{category.id}", f"category:{above.id}", f"merchant:{sold.merchant_id}"]
    assert render(*pages, "home", "article:delivery", "search", "missing", "offline", "sitemap") == []

    chinese, english = site.read(f"/p/{sold.id}/", "br"), site.read(f"/en/p/{sold.id}/")
    assert ("西湖龙井" in chinese, "¥128.00" in chinese, "杭州" in chinese) == (True, True, True)
    assert ("West Lake Longjing" in english, "Drinks" in english, "CN¥128.00" in english) == (True, True, True)
    for path in (f"/c/{category.id}/", f"/c/{above.id}/", f"/m/{sold.merchant_id}/", "/"):
        assert f"/p/{sold.id}/" in site.read(path), path
    assert "Spring teas" in site.read("/en/")
    assert "<p>Fast</p>" in site.read("/en/help/delivery/")
    assert site.status("/404.html") == 404
    assert "/sitemap-product-1.xml" in site.read("/sitemap.xml")


def test_a_product_that_was_taken_down_is_gone(render: Callable[..., list[str]], site: Site) -> None:
    sold = goods.on_sale()
    render(f"product:{sold.id}")

    platform.take_down(sold.id, "not what it says")
    assert render(f"product:{sold.id}") == []

    assert (site.status(f"/p/{sold.id}/"), site.status(f"/en/p/{sold.id}/")) == (410, 410)
    assert "龙井" not in site.read(f"/p/{sold.id}/")


def test_a_message_that_names_no_page_comes_again_alone(render: Callable[..., list[str]], site: Site) -> None:
    bad: list[dict[str, Any]] = [{"page": "nonsense"}, {"else": 1}, {"page": None}]

    failed = render(*bad, "search")

    assert len(failed) == 3
    assert site.status("/search/") == 200


def test_a_page_that_cannot_be_rendered_is_counted_when_it_is_given_up(
    render: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.start_rebuild(Rebuild("reb_1", NOON, total=2))

    with monkeypatch.context() as broken:
        broken.setattr(files, "put", _refuse)
        render({"page": "search", "rebuild": "reb_1"}, tries=4)
        assert service.rebuild("reb_1").failed == 0
        render({"page": "search", "rebuild": "reb_1"}, tries=rendering.TRIES)
    render({"page": "offline", "rebuild": "reb_1"})

    found = service.rebuild("reb_1")
    assert (found.done, found.failed, found.finished) == (1, 1, True)


def _refuse(*given: Any) -> None:
    raise OSError("the bucket does not answer")
