"""Deadlines: versions, and the sweep that finds them by their index on every shard."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from mall import clock, ids, sql
from mall.orders.deadlines import store
from mall.orders.model import Deadline, Kind
from tests.fixtures import checkout

pytestmark = pytest.mark.usefixtures("database")

NOW = clock.now()
HOUR = timedelta(hours=1)


def put(user_id: str, kind: Kind = Kind.PAY, due: timedelta = -HOUR) -> str:
    subject = ids.new("ord", slot=ids.slot_of(user_id))
    with sql.session(key=user_id) as session:
        store.put(session, [(subject, kind, NOW + due)], user_id)
    return subject


def test_setting_a_deadline_again_is_a_new_version_of_it() -> None:
    user_id = checkout.buyer()
    subject = put(user_id)

    with sql.session(key=user_id) as session:
        store.put(session, [(subject, Kind.PAY, NOW + HOUR), (subject, Kind.SHIP, NOW + 2 * HOUR)], user_id)
        assert store.of(session, user_id, [subject]) == {
            subject: [
                Deadline(subject, Kind.PAY, user_id, NOW + HOUR, 2),
                Deadline(subject, Kind.SHIP, user_id, NOW + 2 * HOUR, 1),
            ]
        }
        store.meet(session, [subject], [Kind.PAY, Kind.RECEIPT], NOW)
        assert store.current(session, subject, Kind.PAY) is None
        assert store.current(session, subject, Kind.SHIP) is not None
        store.put(session, [(subject, Kind.PAY, NOW)], user_id)
        again = store.current(session, subject, Kind.PAY)
    assert again is not None
    assert again.version == 3


@pytest.mark.parametrize(("slot", "shard"), [(9, 0), (900, 1)])
def test_the_sweep_takes_what_is_due_and_leaves_the_rest(slot: int, shard: int) -> None:
    user_id = checkout.buyer(slot)
    late, later = put(user_id, due=-2 * HOUR), put(user_id, due=-HOUR)
    put(user_id, due=HOUR)
    met = put(user_id)
    with sql.session(key=user_id) as session:
        store.meet(session, [met], [Kind.PAY], NOW)

    assert [one.subject for one in store.claim(shard, NOW, 10)] == [late, later]
    assert store.claim(1 - shard, NOW, 10) == []


def test_what_is_not_met_comes_again_with_growing_pauses() -> None:
    user_id = checkout.buyer()
    subject = put(user_id)

    moments, at = [], NOW
    for _ in range(9):
        while not store.claim(0, at, 10):
            at += timedelta(minutes=1)
        moments.append(at)
    pauses = [int((after - before).total_seconds() // 60) for before, after in pairwise(moments)]

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    with sql.session(key=user_id) as session:
        store.put(session, [(subject, Kind.PAY, at)], user_id)
    assert [one.version for one in store.claim(0, at, 10)] == [2]


def test_a_sweep_takes_so_many_at_once_and_the_next_one_the_rest() -> None:
    user_id = checkout.buyer()
    subjects = {put(user_id) for _ in range(5)}

    first, second = store.claim(0, NOW, 3), store.claim(0, NOW, 3)

    assert (len(first), len(second)) == (3, 2)
    assert {one.subject for one in (*first, *second)} == subjects


def claimed(most: int) -> list[str]:
    """What a sweep in a process of its own takes."""
    return [one.subject for one in store.claim(0, clock.now(), most)]


def test_two_sweeps_at_once_take_different_deadlines(race: Callable[..., list[Any]]) -> None:
    user_id = checkout.buyer()
    subjects = sorted(put(user_id) for _ in range(12))

    taken = race([(claimed, 3)] * 4)

    assert sorted(subject for some in taken for subject in some) == subjects


def test_how_late_the_sweep_is_can_be_seen() -> None:
    assert store.oldest(0) == timedelta(0)
    put(checkout.buyer(), due=-HOUR)
    put(checkout.buyer(), due=HOUR)

    assert HOUR <= store.oldest(0) < 2 * HOUR
    assert store.oldest(1) == timedelta(0)
