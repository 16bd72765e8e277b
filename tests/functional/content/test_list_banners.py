"""Listing the banners."""

from collections.abc import Callable

from mall.auth import NOBODY, Caller
from tests.fixtures.gateway import Answer
from tests.functional.content.test_put_banner import BODY


def test_banners_are_listed_in_their_order(invoke: Callable[..., Answer], editor: Caller) -> None:
    for banner, position in (("b", 0), ("a", 1)):
        invoke("content.put_banner", caller=editor, path={"banner_id": banner}, body=BODY | {"position": position})

    answer = invoke("content.list_banners", caller=editor)

    assert (answer.status, [item["id"] for item in answer.body["items"]]) == (200, ["b", "a"])
    assert invoke("content.list_banners", caller=NOBODY).status == 401
