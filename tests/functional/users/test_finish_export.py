"""Putting a copy of somebody's data together."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import saga
from mall.users.model import AccountClosed
from mall.users.privacy import service, store
from mall.users.privacy.model import PARTS
from tests import steps
from tests.fixtures.buckets import keys
from tests.fixtures.copies import archive, request
from tests.fixtures.gateway import Answer
from tests.fixtures.people import close, with_account

Run = Callable[..., Any]


def collected(user_id: str, *parts: str) -> dict[str, str]:
    """An export of which these parts (all, unless named) are stored."""
    given = request(user_id)
    for part in parts or PARTS:
        service.keep_part(user_id, given["export_id"], part, [f"{part}: 安娜"])
    return given


def test_the_archive_holds_every_part_once(run: Run, invoke: Callable[..., Answer]) -> None:
    me = with_account()
    given = collected(me.user_id)

    run("users.finish_export", given)

    assert archive(given) == {f"{part}.json": [f"{part}: 安娜"] for part in PARTS}
    found = invoke("users.get_export", caller=me, path={"export_id": given["export_id"]})
    assert found.body["state"] == "ready"


def test_without_a_part_nothing_is_finished(run: Run, aws: object) -> None:
    given = collected(with_account().user_id, *PARTS[:-1])

    with pytest.raises(saga.Retryable):
        run("users.finish_export", given)
    assert not [key for key in keys("exports") if key.endswith(".zip")]

    service.keep_part(given["user_id"], given["export_id"], PARTS[-1], [])
    run("users.finish_export", given)
    assert len(archive(given)) == len(PARTS)


def test_a_repetition_changes_nothing(run: Run, aws: object) -> None:
    given = collected(with_account().user_id)
    run("users.finish_export", given)
    before = keys("exports")

    run("users.finish_export", given)

    assert keys("exports") == before
    assert len(archive(given)) == len(PARTS)


def test_of_a_closed_account_nothing_is_kept(run: Run, aws: object) -> None:
    me = with_account()
    given = collected(me.user_id)
    close(me)

    with pytest.raises(AccountClosed):
        run("users.finish_export", given)

    assert keys("exports") == set()


def test_an_account_that_is_closed_while_the_archive_is_made_leaves_none(aws: object) -> None:
    me = with_account()
    given = collected(me.user_id)

    def close_just_then(step: str) -> None:
        if step == "before PutObject":
            close(me)
            store.erase(me.user_id)

    with pytest.raises(AccountClosed), steps.watched(close_just_then):
        service.put_together(me.user_id, given["export_id"])

    assert keys("exports") == set()
