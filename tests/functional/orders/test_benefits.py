"""What every benefit promises to orders; a new port adds what it is asked for in `ASKED` and passes."""

from collections.abc import Iterator
from typing import Any

import pytest

from mall import errors, sql
from mall.orders import benefits
from mall.orders.benefits import BENEFITS
from mall.orders.model import Trade
from tests.fixtures import checkout
from tests.functional.orders import vouchers

# For each port: something that a new trade can ask of it.
ASKED: dict[str, Any] = {"voucher": "v1"}

pytestmark = pytest.mark.usefixtures("database", "aws")


@pytest.fixture(autouse=True)
def _voucher() -> Iterator[None]:
    with vouchers.declared():
        yield


def trade(name: str) -> Trade:
    user_id = checkout.buyer()
    return checkout.written(user_id, benefits={name: ASKED[name]})[0]


def act(of: Trade, *steps: str) -> None:
    for step in steps:
        with sql.session(key=of.user_id) as session:
            getattr(benefits, step)(session, of)


def test_every_port_says_what_it_can_be_asked_for() -> None:
    assert BENEFITS.keys() == ASKED.keys()


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    "steps",
    [
        ("hold", "hold", "capture", "capture"),
        ("hold", "release", "release"),
        ("release", "release"),
        ("hold", "capture", "release"),
    ],
)
def test_steps_may_be_repeated_and_undone_before_they_happened(name: str, steps: tuple[str, ...]) -> None:
    act(trade(name), *steps)


@pytest.mark.parametrize("name", ASKED)
def test_what_was_given_back_is_not_held_by_a_late_attempt_and_free_for_another(name: str) -> None:
    first = trade(name)
    act(first, "hold", "release")

    with pytest.raises(errors.MallError):
        act(first, "hold")
    act(trade(name), "hold", "capture")


@pytest.mark.parametrize("name", ASKED)
def test_what_is_held_or_spent_is_nobody_elses(name: str) -> None:
    first, second = trade(name), trade(name)
    act(first, "hold")

    with pytest.raises(errors.MallError):
        act(second, "hold")
    act(first, "capture", "release")
    with pytest.raises(errors.MallError):
        act(second, "hold")
