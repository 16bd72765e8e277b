"""What operators read of the caches."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from mall import clock
from mall.images.heat import store as heat
from mall.images.heat.model import Heat, Level, Promotion, Tally
from tests.fixtures.gateway import Answer
from tests.fixtures.pictures import merchant, operator

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_each_level_tells_its_hits_in_the_hours_asked_for(invoke: Invoke) -> None:
    now = clock.now()
    heat.add_level(Level.EDGE, now, Tally(90, 10))
    heat.add_level(Level.EDGE, now - timedelta(hours=5), Tally(0, 100))
    heat.add_level(Level.MEMORY, now - timedelta(hours=2), Tally(1, 3))

    with clock.at(now):
        short, long = (
            invoke("images.get_cache_report", caller=operator(), query={"hours": hours}).body for hours in ("1", "24")
        )

    assert [item["level"] for item in short["levels"]] == ["browser", "edge", "store", "memory"]
    edge = {"level": "edge", "hits": 90, "misses": 10, "ratio": 0.9}
    assert short["levels"][1] == edge
    assert short["levels"][3] == {"level": "memory", "hits": 0, "misses": 0, "ratio": None}
    assert (long["levels"][1]["ratio"], long["levels"][3]["ratio"]) == (0.45, 0.25)


def test_promoted_pictures_are_listed_while_they_are_promoted(invoke: Invoke) -> None:
    now = clock.now()
    for name, until in (("a", now + timedelta(hours=1)), ("b", now - timedelta(hours=1))):
        heat.promote(Promotion(f"pic_{name * 32}", Heat.HOT, now - timedelta(hours=2), until))

    with clock.at(now):
        body = invoke("images.get_cache_report", caller=operator(), query={"hours": "1"}).body

    assert [item["picture_id"] for item in body["promoted"]] == ["pic_" + "a" * 32]


@pytest.mark.parametrize("hours", ["0", "721", "x"])
def test_hours_are_within_a_month(invoke: Invoke, hours: str) -> None:
    assert invoke("images.get_cache_report", caller=operator(), query={"hours": hours}).status == 400


def test_merchants_do_not_read_it(invoke: Invoke) -> None:
    assert invoke("images.get_cache_report", caller=merchant(), query={"hours": "1"}).status == 403
