"""Asking which countries an address abroad can be in."""

from collections.abc import Callable

from tests.fixtures.gateway import Answer


def test_anybody_may_list_the_countries_and_keep_the_answer_for_a_day(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.list_countries")

    assert answer.status == 200
    assert {"code": "JP", "name_zh": "日本", "name_en": "Japan"} in answer.body["items"]
    assert answer.headers["cache-control"] == "public, max-age=86400"


def test_what_belongs_to_china_is_found_among_its_divisions_only(invoke: Callable[..., Answer]) -> None:
    codes = {country["code"] for country in invoke("users.list_countries").body["items"]}

    assert codes.isdisjoint({"CN", "HK", "MO", "TW"})
