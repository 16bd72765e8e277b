"""A merchant's record, for the platform's staff."""

from collections.abc import Callable
from typing import Any

from tests.functional.merchants.conftest import ABSENT


def test_the_whole_record_is_shown_in_every_state(create: Callable[..., Any], act: Any) -> None:
    merchant = create(trusted=True)
    act("close", merchant["id"], reason="It left.")

    answer = act("get_record", merchant["id"])

    assert answer.status == 200
    assert answer.body == merchant | {"state": "closed", "reason": "It left.", "version": 2}


def test_what_is_not_there_is_not_found(act: Any) -> None:
    assert (act("get_record", ABSENT).status, act("get_record", ABSENT).code) == (404, "NoSuchMerchant")
