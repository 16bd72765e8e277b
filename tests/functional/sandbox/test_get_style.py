"""How the pages look."""

from collections.abc import Callable

from tests.fixtures.gateway import Answer


def test_the_stylesheet_is_kept_by_whoever_gets_it_and_loads_nothing(invoke: Callable[..., Answer]) -> None:
    answer = invoke("sandbox.get_style")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert "url(" not in answer.body
    assert "@import" not in answer.body
