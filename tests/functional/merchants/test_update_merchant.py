"""Changing a merchant's record."""

from collections.abc import Callable
from typing import Any

from tests.functional.merchants.conftest import ABSENT, names


def test_what_is_left_out_stays(create: Callable[..., Any], act: Any) -> None:
    merchant = create(about={"en": "Tea."})

    answer = act("update", merchant["id"], trusted=True)

    assert answer.status == 200
    assert answer.body == merchant | {"trusted": True, "version": 2}
    assert names(merchant["id"]) == [("created", "active"), ("record", "active")]


def test_a_repetition_changes_nothing_and_tells_nobody(create: Callable[..., Any], act: Any) -> None:
    merchant = create()

    first, again = (act("update", merchant["id"], name={"en": "Other"}) for _ in range(2))

    assert first.body == again.body
    assert len(names(merchant["id"])) == 2


def test_a_former_address_is_free_for_others_and_a_taken_one_is_not(create: Callable[..., Any], act: Any) -> None:
    one, other = create(slug="one"), create(slug="other")

    assert act("update", one["id"], slug="other").code == "SlugTaken"
    assert act("update", other["id"], slug="third").status == 200
    assert act("update", one["id"], slug="other").body["slug"] == "other"


def test_of_two_changes_at_once_none_is_lost_silently(create: Callable[..., Any], act: Any, at_once: Any) -> None:
    merchant = create()

    answers = at_once(
        lambda: act("update", merchant["id"], name={"en": "One"}),
        lambda: act("update", merchant["id"], trusted=True),
    )

    worked = [answer for answer in answers if answer.status == 200]
    refused = [answer.code for answer in answers if answer.status != 200]
    assert set(refused) <= {"MerchantChanged", "Conflict"}
    record = act("get_record", merchant["id"]).body
    assert record["version"] == 1 + len(worked)
    assert len(worked) + len(refused) == 2 and worked


def test_what_is_not_there_is_not_changed(act: Any) -> None:
    assert (act("update", ABSENT, trusted=True).status, act("get_record", ABSENT).status) == (404, 404)
