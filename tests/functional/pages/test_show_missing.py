"""What the distribution gets where there is no page."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest

from mall import config
from mall.pages import rendering
from mall.pages.files import service
from mall.pages.press import Press
from tests.functional.pages.conftest import Site, page

SAMPLE = Path(__file__).parents[3] / "events" / "pages" / "show_missing.json"
ADDRESS = "/p/prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ/index.html"


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    service._kept.clear()
    yield
    service._kept.clear()


@pytest.fixture
def ask(run: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """The function's answer to what the distribution makes of a request."""

    def act(path: str, *, edge: bool = True) -> dict[str, Any]:
        event = json.loads(SAMPLE.read_text(encoding="utf-8")) | {"rawPath": path}
        event["headers"]["x-mall-edge"] = config.get("MALL_EDGE_SECRET") if edge else "guessed"
        return dict(run("pages.show_missing", event))

    return act


@pytest.mark.parametrize(("folder", "of"), [("", "/404.html"), ("/en", "/en/404.html")])
def test_an_address_that_never_was_a_page_shows_the_page_of_missing_pages_with_404(
    ask: Callable[..., dict[str, Any]], press: Callable[[], Press], site: Site, folder: str, of: str
) -> None:
    rendering.render(page("missing"), press())

    plain, compressed = ask(folder + ADDRESS), ask(f"{folder}{ADDRESS}.br")

    assert (plain["statusCode"], compressed["statusCode"]) == (404, 404)
    assert base64.b64decode(plain["body"]).decode() == site.read(of)
    assert brotli.decompress(base64.b64decode(compressed["body"])).decode() == site.read(of)
    assert (plain["headers"].get("Content-Encoding"), compressed["headers"]["Content-Encoding"]) == (None, "br")
    assert plain["headers"]["Content-Type"].startswith("text/html")
    assert "s-maxage=10" in plain["headers"]["Cache-Control"]


def test_it_is_read_once_for_many(
    ask: Callable[..., dict[str, Any]], press: Callable[[], Press], counted: Callable[[], Any]
) -> None:
    rendering.render(page("missing"), press())
    ask(ADDRESS)

    counted()
    ask(ADDRESS.replace("ZZ", "ZY"))

    assert counted()["GetObject"] == 0


@pytest.mark.parametrize("path", ["/assets/none.js.br", "/docs/none.json", "/p/x.png"])
def test_a_file_that_is_no_page_is_refused_without_one(ask: Callable[..., dict[str, Any]], path: str) -> None:
    answer = ask(path)

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_before_anything_is_published_there_is_a_plain_answer(ask: Callable[..., dict[str, Any]], site: Site) -> None:
    assert ask(ADDRESS)["statusCode"] == 404


def test_only_the_distribution_may_ask(ask: Callable[..., dict[str, Any]]) -> None:
    assert ask(ADDRESS, edge=False)["statusCode"] == 403
