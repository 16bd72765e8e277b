"""Deleting what nobody has shown for a week, and nothing else, at whatever moment somebody begins to show it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mall import clock, errors
from mall.auth import Caller
from mall.images import collecting, model, service, store, taking
from tests import steps
from tests.fixtures.buckets import keys
from tests.fixtures.drawings import encoded, halves
from tests.fixtures.pictures import key_of, merchant, operator, taken, upload

Run = Callable[..., Any]


@pytest.fixture
def me(aws: object) -> Caller:
    """A merchant."""
    return merchant()


def after(days: float, run: Run) -> int:
    """Have the unused collected that many days from now; how many there were."""
    with clock.at(clock.now() + timedelta(days=days)):
        return int(run("images.collect_unused", {})["deleted"])


def test_what_was_never_shown_is_gone_after_a_week(run: Run, me: Caller) -> None:
    other = merchant()
    id = taken(me)
    assert taken(other) == id

    assert after(6, run) == 0
    assert after(7, run) == 1

    assert (keys("media"), keys("originals")) == (set(), set())
    assert store.load(id) is None
    assert (service.account(me).pictures, service.account(me).bytes) == (0, 0)
    assert service.account(other).pictures == 0
    assert after(7, run) == 0


def test_what_the_platform_uploaded_goes_as_any_other_when_nobody_shows_it(run: Run) -> None:
    id, other = taken(operator()), taken(operator(), encoded(halves(300)))
    service.show("banner:spring", lambda: [id])

    assert after(8, run) == 1

    assert (store.load(id) is not None, store.load(other)) == (True, None)


def test_what_somebody_shows_now_replaces_what_they_showed_before(me: Caller) -> None:
    first, second, third = (taken(me, encoded(halves(side))) for side in (300, 310, 320))

    def uses() -> list[int]:
        found = service.get_many([first, second, third])
        return [found[id].uses for id in (first, second, third)]

    for _ in range(2):
        assert service.show("brd_1", lambda: [first, second]) == set()
    assert uses() == [1, 1, 0]
    for _ in range(2):
        assert service.show("brd_1", lambda: [second, third, "pic_none"]) == {"pic_none"}
    assert uses() == [0, 1, 1]
    service.show("brd_1", list)
    service.show("brd_1", list)
    assert uses() == [0, 0, 0]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_of_two_who_say_at_once_what_is_shown_the_later_truth_stays(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    first, second = taken(me, encoded(halves(300))), taken(me, encoded(halves(310)))
    shown = [first]
    service.show("brd_1", lambda: shown)
    shown[:] = [second]

    results = at_once(*[lambda: service.show("brd_1", lambda: list(shown))] * 3, seed=seed)
    if any(isinstance(result, errors.Conflict) for result in results):
        service.show("brd_1", lambda: shown)

    assert [service.get_many([id])[id].uses for id in (first, second)] == [0, 1]


def test_what_is_shown_stays_and_goes_a_week_after_the_last_stopped_showing_it(run: Run, me: Caller) -> None:
    id = taken(me)
    for user in ("prd_1", "prd_2", "prd_1"):
        service.use({user: [id]})
    assert after(30, run) == 0

    with clock.at(clock.now() + timedelta(days=40)):
        service.release([id], user="prd_1")
    assert after(50, run) == 0
    with clock.at(clock.now() + timedelta(days=60)):
        service.release([id], user="prd_2")
        service.release([id], user="prd_2")

    assert after(66, run) == 0
    assert after(67, run) == 1
    assert keys("media") == set()


def test_a_picture_that_is_shown_again_is_no_longer_on_its_way_out(run: Run, me: Caller) -> None:
    id = taken(me)
    with clock.at(clock.now() + timedelta(days=6)):
        service.use({"prd_1": [id]})

    assert after(8, run) == 0
    assert service.get_many([id])[id].uses == 1


def test_the_same_original_stays_while_another_picture_was_made_of_it(run: Run, me: Caller) -> None:
    from mall.images.schemas import Settings, WatermarkSettings

    mark = taken(me, encoded(halves(40, 40), "PNG"))
    service.change_settings(me, Settings(watermark=WatermarkSettings(picture_id=mark)))
    file = encoded(halves(500, 500))
    marked, plain = taken(me, file), taken(me, file, watermark=False)
    service.use({"prd_1": [plain]})

    assert after(7, run) == 1

    picture = store.load(plain)
    assert store.load(marked) is None and picture is not None
    assert model.original_key(picture.digest) in keys("originals")
    assert service.get_many([mark])


def test_a_collection_that_died_anywhere_is_finished_by_a_later_one(me: Caller) -> None:
    for death in range(30):
        id = taken(me)
        now = clock.now() + timedelta(days=7)
        reached: list[str] = []

        def die(step: str, reached: list[str] = reached, death: int = death) -> None:
            if len(reached) == death:
                raise steps.Killed(step)
            reached.append(step)

        died = False
        with clock.at(now):
            try:
                with steps.watched(die):
                    collecting.collect(now.date())
            except steps.Killed:
                died = True
        with clock.at(now + timedelta(days=1)):
            collecting.collect((now + timedelta(days=1)).date())

        assert store.load(id) is None, f"died after {reached}"
        assert (keys("media"), service.account(me).pictures) == (set(), 0), f"died after {reached}"
        if not died:
            break

    assert not died
    assert death >= 10


def test_a_picture_that_is_uploaded_again_while_it_is_half_deleted_is_made_anew(me: Caller) -> None:
    id = taken(me)
    service_begins = clock.now()
    assert store.begin_deletion(id, now=service_begins, until=service_begins + model.DELETION_LEASE)
    again = upload(me)

    with pytest.raises(taking.StillBeingDeleted):
        taking.take_in(key_of(me, again))
    with clock.at(clock.now() + model.DELETION_LEASE + timedelta(seconds=1)):
        taking.take_in(key_of(me, again))

    assert service.get(me, again).picture_id == id
    assert keys("media") == set(model.rendition_keys(id))
    assert service.account(me).pictures == 1


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4])
def test_a_picture_is_deleted_or_used_and_never_both(
    me: Caller, at_once: Callable[..., list[Any]], seed: int | None
) -> None:
    id = taken(me)
    later = clock.now() + timedelta(days=7)

    with clock.at(later):
        used, _ = at_once(lambda: service.use({"prd_1": [id]}), lambda: collecting.collect(later.date()), seed=seed)

    if used == {id}:  # it was not there any more
        assert (store.load(id), keys("media")) == (None, set())
    else:
        assert used == set()
        assert service.get_many([id])[id].uses == 1
        assert keys("media") == set(model.rendition_keys(id))


def test_however_many_show_a_picture_each_counts_once(me: Caller) -> None:
    id = taken(me)
    many = {f"prd_{number}": [id] for number in range(120)}
    service.use({"prd_7": [id], "prd_60": [id]})

    assert service.use(many) == set()
    assert service.use(many | {"prd_x": ["pic_none"]}) == {"pic_none"}

    assert service.get_many([id])[id].uses == 120
