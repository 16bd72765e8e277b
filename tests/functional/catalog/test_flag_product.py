"""Flagging products as hot, new and pinned."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def in_(**time: float) -> str:
    return (clock.now() + timedelta(**time)).isoformat()


def test_they_hold_until_their_moment_and_end_by_themselves(
    staff: Callable[..., Answer],
    visitor: Callable[..., Answer],
    passing: Callable[..., AbstractContextManager[None]],
    run: Callable[..., Any],
) -> None:
    product = goods.on_sale()

    answer = staff("flag_product", product.id, flags={"hot": in_(days=1), "pinned": in_(days=3)})

    assert answer.status == 200
    assert set(visitor("get_product", product.id).body["flags"]) == {"hot", "pinned"}
    with passing(days=2):
        assert run("catalog.apply_schedules", {}) == {"products": 1}
    assert [set(told["flags"]) for told in goods.news("catalog.FlagsChanged")] == [{"hot", "pinned"}, {"pinned"}]


def test_flags_that_are_not_named_are_taken_away(staff: Callable[..., Answer], visitor: Callable[..., Answer]) -> None:
    product = goods.on_sale()
    staff("flag_product", product.id, flags={"hot": in_(days=1)})

    staff("flag_product", product.id, flags={})

    assert visitor("get_product", product.id).body["flags"] == {}


def test_a_repetition_changes_nothing_and_tells_nobody(staff: Callable[..., Answer]) -> None:
    product, flags = goods.on_sale(), {"new": in_(days=1)}

    first, again = (staff("flag_product", product.id, flags=flags) for _ in "12")

    assert first.body == again.body
    assert len(goods.news("catalog.FlagsChanged")) == 1


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ({"hot": {"days": -1}}, "BadFlag"),
        ({"hot": {"days": 400}}, "BadFlag"),
        ({"cheap": {"days": 1}}, "Invalid"),
    ],
)
def test_flags_end_in_the_near_future(
    staff: Callable[..., Answer], flags: dict[str, dict[str, float]], code: str
) -> None:
    product = goods.on_sale()

    answer = staff("flag_product", product.id, flags={flag: in_(**time) for flag, time in flags.items()})

    assert (answer.status, answer.code) == (400, code)


def test_only_what_was_approved_bears_flags(staff: Callable[..., Answer]) -> None:
    draft = goods.draft(goods.merchant())

    assert staff("flag_product", draft.id, flags={"hot": in_(days=1)}).code == "NotApproved"
