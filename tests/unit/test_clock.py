"""The mall's time is aware, UTC, and can be held."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mall import clock

NOON_IN_SHANGHAI = datetime(2030, 5, 1, 12, tzinfo=timezone(timedelta(hours=8)))


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_held_clock_stands_still_in_utc() -> None:
    with clock.at(NOON_IN_SHANGHAI):
        assert clock.now() == NOON_IN_SHANGHAI
        assert clock.now().hour == 4
        assert clock.timestamp() == int(NOON_IN_SHANGHAI.timestamp())


def test_the_clock_runs_on_after_the_block_even_when_it_fails() -> None:
    with pytest.raises(RuntimeError), clock.at(NOON_IN_SHANGHAI):
        raise RuntimeError

    assert clock.now().year < 2030


def test_a_clock_held_inside_another_gives_the_outer_moment_back() -> None:
    later = NOON_IN_SHANGHAI + timedelta(days=1)

    with clock.at(NOON_IN_SHANGHAI):
        with clock.at(later):
            assert clock.now() == later
        assert clock.now() == NOON_IN_SHANGHAI


def test_naive_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2030, 1, 1)):  # noqa: DTZ001
        pass
