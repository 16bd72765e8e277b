"""Beginning an import: a form for one file, for merchants that may sell."""

import base64
import json
from typing import Any

import pytest

from mall import ids
from mall.auth import NOBODY, Caller
from mall.imports.model import MAX_BYTES
from mall.merchants import service as merchants
from tests.fixtures.gateway import Answer
from tests.functional.imports.conftest import Desk


def create(desk: Desk, caller: Caller | None = None, *, headers: dict[str, str] | None = None, **body: Any) -> Answer:
    return desk.invoke(
        "imports.create_import", caller=caller or desk.caller, body={"format": "csv"} | body, headers=headers
    )


def test_the_form_takes_one_file_of_the_format_at_the_place_of_the_import(desk: Desk) -> None:
    answer = create(desk, format="xlsx", file_name="春.xlsx")

    assert answer.status == 201
    upload = answer.body["upload"]
    policy = json.loads(base64.b64decode(upload["fields"]["policy"]))
    assert upload["fields"]["key"] == f"uploads/{desk.merchant_id}/{answer.body['id']}"
    assert ["content-length-range", 1, MAX_BYTES] in policy["conditions"]
    assert {"Content-Type": upload["fields"]["Content-Type"]} in policy["conditions"]
    assert desk.see(answer.body["id"])["state"] == "waiting_for_file"


@pytest.mark.parametrize(
    "body",
    [
        {"format": "pdf"},
        {"format": None},
        {"template": 2},
        {"language": "fr"},
        {"then": "sell"},
        {"repeat": "often"},
        {"file_name": "x" * 201},
        {"merchant_id": "mch_1"},
    ],
)
def test_what_the_template_does_not_know_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert create(desk, **body).code == "Invalid"


def test_a_merchant_that_may_not_sell_imports_nothing(desk: Desk) -> None:
    merchants.suspend(desk.merchant_id, "a test")

    assert (create(desk).status, create(desk).code) == (403, "MerchantNotActive")


def test_only_a_merchants_people_who_may_import_do(desk: Desk) -> None:
    stranger = Caller(user_id=ids.new("usr", slot=1), permissions=frozenset({"imports.create_import"}))
    clerk = Caller(user_id=ids.new("usr", slot=1), merchant_id=desk.merchant_id)

    assert create(desk, NOBODY).status == 401
    assert create(desk, stranger).status == 403
    assert create(desk, clerk).status == 403


def test_a_repeated_request_is_one_import(desk: Desk) -> None:
    caller = desk.caller
    first, second = (create(desk, caller, headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert first.body["id"] == second.body["id"]


def test_there_is_an_end_to_imports_in_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mall.imports.service._IMPORTS_A_DAY", 2)

    assert [create(desk).status for _ in range(3)] == [201, 201, 429]
