"""An upload begins its import, once, whatever S3 repeats and whoever uploads again."""

import json

import pytest

from mall.imports.model import Format
from tests.functional.imports.conftest import Desk, tea
from tests.functional.imports.test_work_chunk import counts
from tests.steps import Killed, watched

FILE = json.dumps(tea()).encode()


def test_an_upload_has_the_file_read(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)

    desk.run("imports.on_import_uploaded", desk.upload(import_id, FILE))

    assert [json.loads(message["body"]) for message in desk.messages("import-splits")] == [
        {"merchant_id": desk.merchant_id, "job_id": import_id}
    ]
    assert desk.see(import_id)["state"] == "reading"


def test_news_that_come_twice_begin_one_import(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)
    event = desk.upload(import_id, FILE)

    for _ in range(2):
        desk.run("imports.on_import_uploaded", event)
    desk.drain()
    desk.run("imports.on_import_uploaded", event)

    assert desk.messages("import-splits") == []
    assert counts(desk.see(import_id)) == {"created": 1}


def test_a_second_file_for_the_same_import_is_left_alone(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)
    desk.run("imports.on_import_uploaded", desk.upload(import_id, FILE))
    desk.drain()

    desk.run("imports.on_import_uploaded", desk.upload(import_id, json.dumps(tea("other")).encode()))
    desk.drain()

    assert set(desk.products()) == {"tea"}


def test_a_file_that_replaces_the_first_before_it_is_read_ends_the_import(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)
    desk.run("imports.on_import_uploaded", desk.upload(import_id, FILE))

    desk.run("imports.on_import_uploaded", desk.upload(import_id, b"{}"))
    desk.drain()

    assert desk.see(import_id)["refusal"]["code"] == "FileChanged"
    assert desk.products() == {}


def test_a_function_killed_before_it_asked_is_made_up_for_by_the_repetition(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL)
    event = desk.upload(import_id, FILE)

    def die(step: str) -> None:
        if step == "before SendMessageBatch":
            raise Killed(step)

    with watched(die), pytest.raises(Killed):
        desk.run("imports.on_import_uploaded", event)
    desk.run("imports.on_import_uploaded", event)
    desk.drain()

    assert desk.see(import_id)["state"] == "finished"


def test_an_upload_without_an_import_is_let_go(desk: Desk) -> None:
    desk.run("imports.on_import_uploaded", desk.upload("imp_01KAQ3Z5J8M0T1V2W3X4Y5Z6K6", FILE))

    assert desk.messages("import-splits") == []
