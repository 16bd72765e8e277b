"""Choosing a watermark."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.images import service
from mall.images.model import mark_key
from mall.images.schemas import QuotaChange
from tests.fixtures.buckets import keys
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_a_watermark_is_set_replaced_and_taken_away_and_its_picture_is_shown_as_long(invoke: Invoke) -> None:
    me = merchant()
    first, second = taken(me, encoded(halves(30, 30))), taken(me, encoded(halves(40, 40)))

    def change(watermark: Any) -> Answer:
        return invoke("images.change_settings", caller=me, body={"watermark": watermark})

    def uses() -> list[int]:
        found = service.get_many([first, second])
        return [found[id].uses for id in (first, second)]

    wanted = {"picture_id": first, "corner": "top_left", "width": 30, "strength": 50}
    assert change(wanted).body["watermark"] == wanted
    assert (change(wanted).status, uses()) == (200, [1, 0])
    assert change({"picture_id": second}).body["watermark"]["corner"] == "bottom_right"
    assert uses() == [0, 1]
    assert change(None).body["watermark"] is None
    assert uses() == [0, 0]
    assert len([key for key in keys("originals") if key.startswith(mark_key(""))]) == 2


def test_a_change_of_the_watermark_leaves_the_quota(invoke: Invoke) -> None:
    me = merchant()
    service.set_quota(me.merchant_id, QuotaChange(pictures=7, bytes=10**9))

    body = invoke("images.change_settings", caller=me, body={"watermark": {"picture_id": taken(me)}}).body

    assert (body["max_pictures"], body["pictures"]) == (7, 1)


def test_another_merchants_picture_is_no_watermark(invoke: Invoke) -> None:
    body = {"watermark": {"picture_id": taken(merchant())}}

    assert invoke("images.change_settings", caller=merchant(), body=body).code == "NoSuchPicture"


@pytest.mark.parametrize("change", [{"corner": "middle"}, {"width": 90}, {"strength": 0}, {"size": 1}])
def test_a_watermark_that_would_cover_or_not_show_is_refused(invoke: Invoke, change: dict[str, Any]) -> None:
    me = merchant()
    body = {"watermark": {"picture_id": taken(me)} | change}

    assert invoke("images.change_settings", caller=me, body=body).status == 400
