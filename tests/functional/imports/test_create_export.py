"""Beginning an export."""

from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from tests.fixtures.gateway import Answer
from tests.functional.imports.conftest import Desk


def create(desk: Desk, caller: Caller | None = None, **request: Any) -> Answer:
    return desk.invoke("imports.create_export", caller=caller or desk.caller, **{"body": {"format": "csv"}} | request)


def test_an_export_is_asked_for_and_written_later(desk: Desk) -> None:
    answer = create(desk)

    assert (answer.status, answer.body["state"], answer.body["url"]) == (202, "working", None)
    assert len(desk.messages("exports")) == 1


@pytest.mark.parametrize("body", [{}, {"format": "pdf"}, {"format": "csv", "of": "others"}])
def test_an_export_has_a_format_of_the_template(desk: Desk, body: dict[str, Any]) -> None:
    assert create(desk, body=body).code == "Invalid"


def test_a_repeated_request_is_one_export(desk: Desk) -> None:
    caller = desk.caller
    first, second = (create(desk, caller, headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert first.body["id"] == second.body["id"]
    assert len(desk.messages("exports")) == 1


def test_only_a_merchants_people_who_may_export_do(desk: Desk) -> None:
    clerk = Caller(user_id=ids.new("usr", slot=1), merchant_id=desk.merchant_id)

    assert (create(desk, NOBODY).status, create(desk, clerk).status) == (401, 403)


def test_there_is_an_end_to_exports_in_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mall.imports.service._EXPORTS_A_DAY", 1)

    assert [create(desk).status for _ in range(2)] == [202, 429]
