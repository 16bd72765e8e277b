"""Deleting what is left of the sessions of a closed account."""

from collections.abc import Callable
from typing import Any

import boto3

from mall import config
from mall.users.sessions import service
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def owners() -> list[str]:
    """Whose sessions and used tokens there are."""
    items = boto3.client("dynamodb").scan(TableName=config.table("sessions"))["Items"]
    return [item["user_id"]["S"] for item in items]


def test_sessions_and_the_memory_of_used_tokens_are_deleted_and_nobody_elses(
    people: People, run: Callable[..., Any], invoke: Callable[..., Answer]
) -> None:
    me, other = people.register(), people.register()
    for person in (me, other):
        people.sign_in(person)
        assert invoke("users.refresh_session", body={"refresh_token": person.refresh_token}).status == 200
    assert owners().count(me.id) == 3

    run("users.forget_sessions", {"user_id": me.id})

    assert owners() == [other.id] * 3


def test_a_repetition_changes_nothing(people: People, run: Callable[..., Any]) -> None:
    me = people.register()

    answers = [run("users.forget_sessions", {"user_id": me.id}) for _ in range(2)]

    assert answers == [None, None]
    assert owners() == []


def test_an_attempt_that_died_halfway_is_simply_done_again(people: People) -> None:
    me = people.register()

    service.forget_sessions(me.id)
    service.forget_sessions(me.id)

    assert owners() == []
