"""Counting searches inside one execution environment."""

from datetime import UTC, datetime, timedelta

from mall.search.popular.model import HELD, REMEMBERED, Tally

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_the_same_person_counts_again_in_the_next_hour() -> None:
    tally = Tally()
    for minutes in (0, 10, 59, 60, 119):
        tally.add("boot", "Boot", "198.51.100.1", at=NOON + timedelta(minutes=minutes))

    assert tally.take(NOON) == [("boot", "Boot", 2)]


def test_what_was_taken_is_not_taken_again_and_the_next_waits_its_time() -> None:
    tally = Tally()
    tally.add("boot", "Boot", "a", at=NOON)
    assert tally.due(NOON)

    tally.take(NOON)
    assert not tally.due(NOON + HELD)
    tally.add("hat", "Hat", "a", at=NOON)

    assert [tally.due(NOON + HELD - timedelta(seconds=1)), tally.due(NOON + HELD)] == [False, True]
    assert tally.take(NOON) == [("hat", "Hat", 1)]


def test_what_is_remembered_of_people_is_bounded() -> None:
    tally = Tally()
    for number in range(REMEMBERED + 5):
        tally.add("boot", "Boot", str(number), at=NOON)

    assert len(tally.known) <= REMEMBERED
    assert tally.take(NOON) == [("boot", "Boot", REMEMBERED + 5)]
