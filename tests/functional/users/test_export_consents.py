"""Exporting what somebody agreed to."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.users.consents import service
from mall.users.consents.schemas import ConsentForm
from mall.users.model import AccountClosed
from tests.fixtures.buckets import keys
from tests.fixtures.copies import part, request
from tests.fixtures.people import close, with_account

pytestmark = pytest.mark.usefixtures("database", "aws")


def say(user_id: str, kind: str, given: bool) -> None:
    """Give or withdraw a consent."""
    service.change(user_id, kind, ConsentForm(given=given, policy_version="2030-01"), ip="203.0.113.77")


def test_every_word_is_there_in_order_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = with_account(slot=9), with_account(slot=9)
    say(me.user_id, "marketing_email", True)
    say(other.user_id, "history", False)
    say(me.user_id, "marketing_email", False)
    given = request(me.user_id)

    run("users.export_consents", given)

    found = part(given, "consents")
    assert [(item["kind"], item["given"]) for item in found] == [("marketing_email", True), ("marketing_email", False)]
    assert {(item["policy_version"], item["network"]) for item in found} == {("2030-01", "203.0.113.0/24")}


def test_a_repetition_stores_the_same(run: Callable[..., Any]) -> None:
    me = with_account()
    say(me.user_id, "history", False)
    given = request(me.user_id)

    for _ in range(2):
        run("users.export_consents", given)

    assert len(part(given, "consents")) == len(keys("exports")) == 1


def test_of_a_closed_account_nothing_is_kept(run: Callable[..., Any]) -> None:
    me = with_account()
    say(me.user_id, "history", False)
    given = request(me.user_id)
    close(me)

    with pytest.raises(AccountClosed):
        run("users.export_consents", given)

    assert keys("exports") == set()
