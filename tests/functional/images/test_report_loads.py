"""What browsers tell of the pictures that they had kept."""

from collections.abc import Callable

import pytest

from mall import clock
from mall.images.heat import store as heat
from mall.images.heat.model import Level, Tally, long_slots
from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("aws")
Invoke = Callable[..., Answer]


def test_the_sums_are_kept_and_nothing_else(invoke: Invoke) -> None:
    with clock.at(clock.now()):
        statuses = [invoke("images.report_loads", body={"loads": 10, "kept": kept}).status for kept in (7, 0)]
        found = heat.levels(long_slots(clock.now(), 1, "l"))

    assert statuses == [204, 204]
    assert found[Level.BROWSER] == Tally(7, 13)


@pytest.mark.parametrize(
    "body",
    [{}, {"loads": 1, "kept": 2}, {"loads": 0, "kept": 0}, {"loads": 10**6, "kept": 1}, {"loads": 1, "kept": -1}],
)
def test_what_cannot_be_is_refused(invoke: Invoke, body: dict[str, int]) -> None:
    assert invoke("images.report_loads", body=body).status == 400


def test_nobody_tells_too_much(invoke: Invoke) -> None:
    from mall import limits
    from mall.images.heat.service import _LOADS_AN_HOUR

    with clock.at(clock.now()):
        for _ in range(3):
            limits.hit("picture-loads", "198.51.100.7", most=_LOADS_AN_HOUR, seconds=3600)
        invoke("images.report_loads", body={"loads": 1, "kept": 1})
        with pytest.raises(Exception, match="Too many"):
            limits.hit("picture-loads", "198.51.100.7", most=4, seconds=3600)
        assert invoke("images.report_loads", body={"loads": 1, "kept": 1}, source_ip="198.51.100.8").status == 204
