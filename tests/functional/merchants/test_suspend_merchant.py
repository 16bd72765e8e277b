"""Keeping a merchant from selling."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.merchants import service
from mall.merchants.model import MerchantNotActive
from tests.functional.merchants.conftest import ABSENT, names


def test_it_may_no_longer_sell_and_the_reason_is_kept(create: Callable[..., Any], act: Any) -> None:
    merchant = create()

    answer = act("suspend", merchant["id"], reason="The licence has expired.")

    assert (answer.status, answer.body["state"], answer.body["reason"]) == (
        200,
        "suspended",
        "The licence has expired.",
    )
    with pytest.raises(MerchantNotActive):
        service.active(merchant["id"])
    assert merchant["id"] not in {one.id for one in service.list_active()}
    assert names(merchant["id"])[-1] == ("state", "suspended")


def test_a_repetition_changes_nothing_and_tells_nobody(create: Callable[..., Any], act: Any) -> None:
    merchant = create()

    first, again = (act("suspend", merchant["id"], reason="The licence has expired.") for _ in range(2))

    assert first.body == again.body
    assert len(names(merchant["id"])) == 2


def test_a_reason_must_be_given(create: Callable[..., Any], act: Any) -> None:
    merchant = create()

    assert (act("suspend", merchant["id"], reason="").status, act("suspend", merchant["id"]).status) == (400, 400)
    assert act("get_record", merchant["id"]).body["state"] == "active"


def test_what_is_not_there_is_not_found(act: Any) -> None:
    assert act("suspend", ABSENT, reason="The licence has expired.").code == "NoSuchMerchant"


def test_who_is_closed_is_not_suspended(create: Callable[..., Any], act: Any) -> None:
    merchant = create()
    act("close", merchant["id"], reason="It left.")

    assert act("suspend", merchant["id"], reason="The licence has expired.").code == "MerchantClosed"
