"""Deleting the copies that were made of a closed account's data."""

from collections.abc import Callable
from typing import Any

import boto3

from mall import config
from mall.users.privacy import service
from tests.fixtures.buckets import keys, put
from tests.fixtures.people import customer


def test_every_copy_is_deleted_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = customer(), customer()
    for owner in (me, other):
        for file in ("exp_1/request.json", "exp_1/export.zip", "exp_2/account.json"):
            put("exports", f"exports/{owner.user_id}/{file}", b"x")

    result = run("users.erase_exports", {"user_id": me.user_id})

    assert result == {"files": 3}
    assert {key.split("/")[1] for key in keys("exports")} == {other.user_id}
    assert len(keys("exports")) == 3


def test_more_files_than_one_list_holds_are_deleted(run: Callable[..., Any]) -> None:
    me = customer()
    client, bucket = boto3.client("s3"), config.bucket("exports")
    for number in range(1005):
        client.put_object(Bucket=bucket, Key=f"exports/{me.user_id}/exp_1/{number}", Body=b"")

    assert run("users.erase_exports", {"user_id": me.user_id}) == {"files": 1005}
    assert keys("exports") == set()


def test_a_repetition_gets_the_first_answer(run: Callable[..., Any]) -> None:
    me = customer()
    put("exports", f"exports/{me.user_id}/exp_1/export.zip", b"x")

    assert [run("users.erase_exports", {"user_id": me.user_id}) for _ in range(2)] == [{"files": 1}] * 2


def test_an_attempt_that_died_halfway_is_simply_done_again(aws: object) -> None:
    me = customer()
    put("exports", f"exports/{me.user_id}/exp_1/export.zip", b"x")

    assert [service.erase_exports(me.user_id), service.erase_exports(me.user_id)] == [1, 0]
