"""Letting a suspended merchant sell again."""

from collections.abc import Callable
from typing import Any

from mall.merchants import service
from tests.functional.merchants.conftest import ABSENT, names


def test_it_sells_again_and_the_reason_is_forgotten(create: Callable[..., Any], act: Any) -> None:
    merchant = create()
    act("suspend", merchant["id"], reason="The licence has expired.")

    answer = act("resume", merchant["id"])

    assert (answer.status, answer.body["state"], answer.body["reason"]) == (200, "active", "")
    assert service.active(merchant["id"]).id == merchant["id"]


def test_who_sells_already_goes_on(create: Callable[..., Any], act: Any) -> None:
    merchant = create()

    assert act("resume", merchant["id"]).body == merchant
    assert len(names(merchant["id"])) == 1


def test_who_is_closed_stays_closed(create: Callable[..., Any], act: Any) -> None:
    merchant = create()
    act("close", merchant["id"], reason="It left.")

    assert (act("resume", merchant["id"]).status, act("resume", merchant["id"]).code) == (409, "MerchantClosed")


def test_what_is_not_there_is_not_found(act: Any) -> None:
    assert act("resume", ABSENT).code == "NoSuchMerchant"
