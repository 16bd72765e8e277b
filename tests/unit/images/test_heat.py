"""When a picture is hot, by sliding windows."""

from datetime import UTC, datetime, timedelta

import pytest

from mall.images.heat.model import (
    HEAD_START,
    WARM_FOR,
    Heat,
    Promotion,
    Tally,
    judged,
    long_slots,
    short_slot,
    short_slots,
)

NOON = datetime(2030, 1, 1, 12, 2, 30, tzinfo=UTC)
QUIET = [0] * 23


@pytest.mark.parametrize(
    ("short", "long", "heat"),
    [
        ([0, 0, 0], [0, *QUIET], None),
        ([20, 20, 20], [60, *QUIET], Heat.TEMPORARY),
        ([20, 20, 19], [59, *QUIET], None),
        ([60, 0, 0], [60, *[60] * 23], Heat.TEMPORARY),
        ([60, 0, 0], [60, *[61] * 23], None),
        ([0, 0, 0], [0] * 12 + [120] * 6 + [0] * 6, Heat.HOT),
        ([0, 0, 0], [0] * 12 + [120] * 5 + [119] * 7, None),
        ([900, 900, 900], [2700, *[3000] * 23], Heat.HOT),
    ],
)
def test_what_is_asked_for_all_day_is_hot_and_what_bursts_is_for_now(
    short: list[int], long: list[int], heat: Heat | None
) -> None:
    assert judged(short, long) == heat


def test_the_windows_slide_with_the_time() -> None:
    assert short_slots(NOON) == ["m#2030-01-01T12:00", "m#2030-01-01T11:55", "m#2030-01-01T11:50"]
    assert short_slot(NOON + timedelta(minutes=2, seconds=30)) == "m#2030-01-01T12:05"
    assert long_slots(NOON)[:2] == ["h#2030-01-01T12", "h#2030-01-01T11"]
    assert long_slots(NOON)[-1] == "h#2029-12-31T13"


@pytest.mark.parametrize(
    ("offset", "warmed", "due"),
    [
        (-HEAD_START - timedelta(seconds=1), None, False),
        (-HEAD_START, None, True),
        (timedelta(0), timedelta(0), False),
        (WARM_FOR, timedelta(0), True),
        (timedelta(days=1), None, False),
    ],
)
def test_a_promotion_is_due_before_it_begins_and_now_and_then_until_it_ends(
    offset: timedelta, warmed: timedelta | None, due: bool
) -> None:
    warmed_at = NOON + warmed if warmed is not None else None
    promotion = Promotion("pic_1", Heat.CAMPAIGN, NOON, NOON + timedelta(days=1), warmed_at)

    assert promotion.due(NOON + offset) is due


def test_a_level_that_nobody_asked_has_no_ratio() -> None:
    assert (Tally().ratio, (Tally(1, 0) + Tally(2, 1)).ratio) == (None, 0.75)
