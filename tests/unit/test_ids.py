"""Ids: sortable, unguessable, carrying their slot, and refused when they are something else."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall import errors, ids

SLOTS = st.integers(0, ids.SLOTS - 1)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(SLOTS)
def test_an_id_carries_the_slot_it_was_made_for(slot: int) -> None:
    assert ids.slot_of(ids.new("ord", slot=slot)) == slot


@given(SLOTS, MOMENTS)
def test_an_id_matches_the_pattern_of_the_contract(slot: int, moment: datetime) -> None:
    assert re.search(ids.pattern("ord", sharded=True), ids.new("ord", slot=slot, at=moment))
    assert re.search(ids.pattern("key"), ids.new("key", at=moment))


@given(MOMENTS, st.integers(1, 10**9))
def test_a_later_id_sorts_after_an_earlier_one(moment: datetime, milliseconds: int) -> None:
    later = moment + timedelta(milliseconds=milliseconds)

    assert ids.new("ord", at=moment) < ids.new("ord", at=later)


def test_ids_of_the_same_millisecond_differ() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)

    assert len({ids.new("ord", at=moment) for _ in range(2000)}) == 2000


@given(st.text(max_size=80))
def test_whatever_is_not_a_sharded_id_is_refused_as_invalid(text: str) -> None:
    if re.search(r"(^|_)[^_]{28}$", text, re.DOTALL):
        return

    with pytest.raises(errors.Invalid):
        ids.slot_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7",
        "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A70",
        "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7U5",
        "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A75u",
        "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7é1",
        "",
    ],
)
def test_an_id_without_a_readable_slot_is_malformed(text: str) -> None:
    with pytest.raises(ids.MalformedId):
        ids.slot_of(text)


@given(st.text())
def test_a_foreign_key_has_the_same_slot_everywhere(text: str) -> None:
    assert ids.slot_for(text) == ids.slot_for(text)
    assert 0 <= ids.slot_for(text) < ids.SLOTS


def test_the_slot_of_a_foreign_key_never_changes_between_releases() -> None:
    assert ids.slot_for("WX-4200001234") == 292


@pytest.mark.parametrize("slot", [-1, ids.SLOTS])
def test_there_is_no_slot_outside_the_range(slot: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        ids.encode_slot(slot)


def test_new_keys_spread_over_all_slots() -> None:
    spread = Counter(ids.random_slot() // 128 for _ in range(8000))

    assert set(spread) == set(range(8))
    assert min(spread.values()) > 700
