"""Announcing a campaign, so that its pictures are at the edge before it begins."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mall import clock
from mall.images.heat import store as heat
from mall.images.heat.model import Heat
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator, taken

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def body(*ids: str, since: timedelta, until: timedelta) -> dict[str, object]:
    now = clock.now()
    return {"picture_ids": list(ids), "since": (now + since).isoformat(), "until": (now + until).isoformat()}


def test_its_pictures_are_promoted_from_when_it_begins(invoke: Invoke) -> None:
    id = taken(merchant())
    wanted = body(id, id, since=timedelta(days=1), until=timedelta(days=2))

    answer = invoke("images.plan_campaign", caller=operator(), body=wanted)

    assert answer.status == 201
    (item,) = answer.body["items"]
    assert (item["picture_id"], item["heat"], item["warmed_at"]) == (id, "campaign", None)
    (promotion,) = heat.promoted()
    assert promotion.heat is Heat.CAMPAIGN
    assert promotion.since == datetime.fromisoformat(str(wanted["since"]))


@pytest.mark.parametrize(
    ("since", "until"),
    [(2, 1), (1, 1), (-3, -1), (0, 91)],
    ids=["ends before", "takes no time", "is over", "takes too long"],
)
def test_a_campaign_has_a_time(invoke: Invoke, since: int, until: int) -> None:
    wanted = body(taken(merchant()), since=timedelta(days=since), until=timedelta(days=until))

    answer = invoke("images.plan_campaign", caller=operator(), body=wanted)

    assert (answer.status, answer.code) == (400, "NoTime")


def test_a_picture_that_is_not_there_is_named(invoke: Invoke) -> None:
    absent = "pic_" + "0" * 32
    wanted = body(taken(merchant()), absent, since=timedelta(days=1), until=timedelta(days=2))

    answer = invoke("images.plan_campaign", caller=operator(), body=wanted)

    assert (answer.status, answer.code, answer.body["Details"]) == (404, "NoSuchPicture", {"pictures": [absent]})
    assert heat.promoted() == []


def test_what_is_no_campaign_is_refused(invoke: Invoke) -> None:
    for wrong in (
        {},
        body(since=timedelta(0), until=timedelta(1)),
        {"picture_ids": ["x"], "since": "2030-01-01", "until": 1},
    ):
        assert invoke("images.plan_campaign", caller=operator(), body=wrong).status == 400


def test_merchants_plan_none(invoke: Invoke) -> None:
    wanted = body(taken(merchant()), since=timedelta(days=1), until=timedelta(days=2))

    assert invoke("images.plan_campaign", caller=merchant(), body=wanted).status == 403
