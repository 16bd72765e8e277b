"""The life of a product."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mall.catalog.products import model
from mall.catalog.products.content import Content, Sku
from mall.catalog.products.documents import draft_of, of_draft, of_product, product_of
from mall.catalog.products.model import NEXT, Off, Reason, Record, State
from mall.money import Money

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEA = Content(
    category_id="cat_1", name={"en": "Tea"}, skus=(Sku(Money(100), id="sku_1", list_price=Money(200), stock=3),)
)


def draft(**changes: Any) -> Record:
    return Record("prd_1", "mch_1", NOON, NOON).edit(replace(TEA, **changes), by="usr_1", at=NOON)


def submitted(**changes: Any) -> Record:
    return draft(**changes).submit(at=NOON)


def live(**changes: Any) -> Record:
    return submitted(**changes).approve(at=NOON)


def state(record: Record) -> State | None:
    return None if record.live is None else record.live.state


def test_a_draft_becomes_the_first_version_and_is_on_sale() -> None:
    record = live()

    assert record.draft is None
    assert record.live is not None
    assert (record.live.version, record.live.state, record.live.published_at) == (1, State.ON_SALE, NOON)


def test_what_is_live_stays_while_the_next_version_is_written_refused_and_approved() -> None:
    record = live().edit(replace(TEA, name={"en": "Teas"}), by="usr_1", at=NOON).submit(at=NOON)
    assert record.live is not None
    assert record.live.name == {"en": "Tea"}

    refused = record.refuse([Reason("no")], by="usr_2", at=NOON)
    assert refused.live == record.live
    assert refused.draft is not None
    assert refused.draft.state is State.REFUSED

    approved = refused.submit(at=NOON).approve(at=NOON)
    assert approved.live is not None
    assert (approved.live.version, approved.live.name) == (2, {"en": "Teas"})


@pytest.mark.parametrize("act", [lambda record: record.approve(at=NOON), lambda r: r.refuse([], by="x", at=NOON)])
def test_only_what_waits_for_a_review_is_decided(act: Callable[[Record], Record]) -> None:
    with pytest.raises(model.NotInReview):
        act(draft())
    with pytest.raises(model.NoDraft):
        act(live())


def test_what_begins_later_waits_and_what_ends_ends() -> None:
    record = live(on_sale_from=NOON + HOUR, on_sale_until=NOON + 3 * HOUR)
    assert (state(record), record.due) == (State.APPROVED, NOON + HOUR)

    assert record.tick(at=NOON) is record
    begun = record.tick(at=NOON + HOUR)
    assert (state(begun), begun.due) == (State.ON_SALE, NOON + 3 * HOUR)
    over = begun.tick(at=NOON + 3 * HOUR)
    assert (state(over), over.due) == (State.OFF_SALE, None)
    assert over.live is not None
    assert over.live.off is Off.SCHEDULE


def test_whoever_sleeps_through_the_whole_sale_finds_it_over() -> None:
    record = live(on_sale_from=NOON + HOUR, on_sale_until=NOON + 3 * HOUR)

    assert state(record.tick(at=NOON + 9 * HOUR)) is State.OFF_SALE


def test_the_next_version_stays_off_sale_where_its_merchant_wants_that() -> None:
    record = live().take_off_sale(Off.MERCHANT, at=NOON).edit(TEA, by="usr_1", at=NOON).submit(at=NOON)

    assert state(record.approve(at=NOON)) is State.OFF_SALE


def test_a_new_version_ends_the_platforms_hold() -> None:
    held = live().take_off_sale(Off.PLATFORM, reason="fake", at=NOON)
    with pytest.raises(model.HeldByPlatform):
        held.put_on_sale(at=NOON)

    assert state(held.edit(TEA, by="usr_1", at=NOON).submit(at=NOON).approve(at=NOON)) is State.ON_SALE


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (Off.MERCHANT, Off.PLATFORM, Off.PLATFORM),
        (Off.PLATFORM, Off.MERCHANT, Off.PLATFORM),
        (Off.PLATFORM, Off.SUSPENSION, Off.PLATFORM),
        (Off.MERCHANT, Off.SUSPENSION, Off.MERCHANT),
        (Off.SUSPENSION, Off.MERCHANT, Off.MERCHANT),
        (Off.SCHEDULE, Off.SUSPENSION, Off.SCHEDULE),
    ],
)
def test_who_took_it_off_decides_who_puts_it_back(first: Off, second: Off, kept: Off) -> None:
    record = live().take_off_sale(first, at=NOON).take_off_sale(second, at=NOON)

    assert record.live is not None
    assert record.live.off is kept
    assert (state(record.resume(at=NOON)) is State.ON_SALE) == (kept is Off.SUSPENSION)


def test_a_suspension_keeps_what_was_to_begin_later() -> None:
    record = live(on_sale_from=NOON + HOUR)

    suspended = record.take_off_sale(Off.SUSPENSION, at=NOON)

    assert suspended.due is None
    assert state(suspended.resume(at=NOON)) is State.APPROVED
    assert state(suspended.resume(at=NOON + 2 * HOUR)) is State.ON_SALE


def test_flags_end_by_themselves_one_after_the_other() -> None:
    record = live().flag({"hot": NOON + HOUR, "new": NOON + 2 * HOUR}, at=NOON)
    assert record.due == NOON + HOUR

    later = record.tick(at=NOON + HOUR)

    assert later.live is not None
    assert (dict(later.live.flags), later.due) == ({"new": NOON + 2 * HOUR}, NOON + 2 * HOUR)


@pytest.mark.parametrize("until", [NOON, NOON + timedelta(days=367)])
def test_a_flag_ends_in_the_near_future(until: datetime) -> None:
    with pytest.raises(model.BadFlag):
        live().flag({"hot": until}, at=NOON)


def test_only_what_was_approved_can_be_sold_flagged_or_scheduled() -> None:
    for act in (
        lambda record: record.put_on_sale(at=NOON),
        lambda record: record.take_off_sale(Off.MERCHANT, at=NOON),
        lambda record: record.schedule(None, None, at=NOON),
        lambda record: record.flag({}, at=NOON),
        lambda record: record.edit(TEA, by="usr_1", at=NOON).discard(at=NOON),
    ):
        with pytest.raises(model.NotApproved):
            act(draft())


def test_every_state_can_be_reached_and_no_draft_becomes_live_without_a_review() -> None:
    assert set().union(*NEXT.values()) == set(State)
    drafts = {State.DRAFT, State.IN_REVIEW, State.REFUSED}
    ways = {before for before in drafts for after in NEXT[before] if after not in drafts}
    assert ways == {State.IN_REVIEW}


def test_a_product_is_the_same_after_it_was_kept() -> None:
    record = live(on_sale_until=NOON + HOUR, tags=("a",)).flag({"hot": NOON + HOUR}, at=NOON)
    assert record.live is not None
    waiting = submitted().draft
    assert waiting is not None

    assert product_of(of_product(record.live), id="prd_1", merchant_id="mch_1") == record.live
    assert draft_of(of_draft(waiting)) == waiting
