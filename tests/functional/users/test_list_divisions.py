"""Asking which administrative divisions of China there are."""

from collections.abc import Callable

from tests.fixtures.gateway import Answer


def test_anybody_may_list_the_provinces_and_keep_the_answer_for_a_day(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.list_divisions")

    assert answer.status == 200
    assert len(answer.body["items"]) == 34
    assert answer.body["items"][0] == {"code": "110000", "name": "北京市", "divided": True}
    assert answer.body["path"] == []
    assert answer.headers["cache-control"] == "public, max-age=86400"


def test_the_divisions_below_a_city_come_with_the_way_to_it(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.list_divisions", query={"parent": "440300"})

    assert [step["name"] for step in answer.body["path"]] == ["广东省", "深圳市"]
    assert {"code": "440305", "name": "南山区", "divided": False} in answer.body["items"]


def test_below_a_county_there_is_nothing(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_divisions", query={"parent": "440305"}).body["items"] == []


def test_a_code_that_is_none_is_not_found_and_not_kept(invoke: Callable[..., Answer]) -> None:
    answer = invoke("users.list_divisions", query={"parent": "999999"})

    assert (answer.status, answer.code) == (404, "NoSuchDivision")
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_no_code_is_refused(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.list_divisions", query={"parent": "44"}).status == 400
    assert invoke("users.list_divisions", query={"below": "440300"}).status == 400
