"""Asking for a copy of one's data."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import boto3
import pytest

from mall import clock, config
from mall.auth import NOBODY
from mall.users.privacy.model import EXPORTS_A_DAY
from tests.fixtures.buckets import keys
from tests.fixtures.gateway import Answer
from tests.fixtures.people import close, customer, with_account

pytestmark = pytest.mark.usefixtures("aws")


def started() -> list[dict[str, Any]]:
    """What the state machine was started with."""
    client = boto3.client("stepfunctions")
    found = client.list_executions(stateMachineArn=config.machine("export_user_data"))["executions"]
    return [json.loads(client.describe_execution(executionArn=item["executionArn"])["input"]) for item in found]


def test_a_copy_is_begun_for_who_asks(invoke: Callable[..., Answer]) -> None:
    me = with_account()

    answer = invoke("users.request_export", caller=me)

    assert (answer.status, answer.body["state"], answer.body["url"]) == (202, "preparing", None)
    assert started() == [{"user_id": me.user_id, "export_id": answer.body["id"]}]
    assert invoke("users.get_export", caller=me, path={"export_id": answer.body["id"]}).body == answer.body


def test_three_copies_a_day_are_made_for_one_person(
    invoke: Callable[..., Answer], passing: Callable[..., AbstractContextManager[None]]
) -> None:
    me, other = with_account(), with_account()
    with clock.at(clock.now()):
        answers = [invoke("users.request_export", caller=me) for _ in range(EXPORTS_A_DAY + 1)]
        others = invoke("users.request_export", caller=other)
        with passing(days=1):
            tomorrow = invoke("users.request_export", caller=me)

    assert [answer.status for answer in answers] == [202] * EXPORTS_A_DAY + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (others.status, tomorrow.status) == (202, 202)
    assert len(started()) == EXPORTS_A_DAY + 2


def test_of_a_closed_account_no_copy_is_begun(invoke: Callable[..., Answer]) -> None:
    me = with_account()
    close(me)

    answer = invoke("users.request_export", caller=me)

    assert (answer.status, answer.code) == (403, "AccountClosed")
    assert (started(), keys("exports")) == ([], set())


def test_who_has_no_account_gets_no_copy(invoke: Callable[..., Answer]) -> None:
    assert invoke("users.request_export", caller=NOBODY).status == 401
    assert invoke("users.request_export", caller=customer()).status == 404
    assert started() == []
