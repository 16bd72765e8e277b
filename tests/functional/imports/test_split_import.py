"""Reading an uploaded file: all of it before anything is taken in, the same chunks however often it is read."""

import json
from typing import Any

import pytest

from mall import ids
from mall.imports import model
from mall.imports.model import Format
from tests.functional.imports.conftest import Desk, record, tea
from tests.functional.imports.test_work_chunk import counts
from tests.steps import Killed, watched


def uploaded(desk: Desk, *documents: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """An import whose file is there, and the message that has it read."""
    import_id = desk.ask(Format.JSONL)
    file = "".join(json.dumps(document) + "\n" for document in documents)
    desk.run("imports.on_import_uploaded", desk.upload(import_id, file.encode()))
    return import_id, desk.messages("import-splits")


def split(desk: Desk, messages: list[dict[str, Any]]) -> None:
    assert desk.run("imports.split_import", {"Records": messages})["batchItemFailures"] == []


def test_a_file_is_divided_by_products_and_by_size(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 2)
    monkeypatch.setattr(model, "CHUNK_BYTES", 5_000)
    big = tea("big", description="x" * 6_000)
    import_id, messages = uploaded(desk, tea("a"), tea("b"), tea("c"), big, tea("d"))

    split(desk, messages)

    assert len(desk.messages("import-chunks")) == 4
    assert desk.see(import_id)["progress"]["total"] == 5


def test_a_product_that_the_file_names_again_is_a_fault_of_the_second(desk: Desk) -> None:
    job = desk.lines(tea("a"), tea("b"), tea("a", name="other"))

    assert counts(job) == {"created": 2, "failed": 1}
    assert [(error["row"], error["code"]) for error in desk.errors(job)] == [("3", "Repeated")]


def test_a_file_of_nothing_but_faults_is_finished_at_once(desk: Desk) -> None:
    job = desk.bring_in(Format.JSONL, "{\n[]\n")

    assert (job["state"], counts(job), job["errors"]) == ("finished", {"failed": 2}, 2)


@pytest.mark.parametrize(
    ("format", "content", "code"),
    [
        (Format.JSONL, b"\n\n", "NoRows"),
        (Format.CSV, b"external_id,name,category,price,stok\na,A,c,1,1", "WrongColumns"),
        (Format.CSV, b"external_id,\xff\xff", "UnknownEncoding"),
        (Format.XLSX, b"PK", "NotAWorkbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    desk: Desk, format: Format, content: bytes, code: str
) -> None:
    job = desk.bring_in(format, content)

    assert (job["state"], job["refusal"]["code"]) == ("refused", code)
    assert desk.messages("import-chunks") == []


def test_nothing_is_taken_in_of_a_file_with_too_many_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mall.imports.formats.lines.MAX_ROWS", 2)
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 1)

    job = desk.lines(tea("a"), tea("b"), tea("c"))

    assert job["refusal"]["code"] == "TooManyRows"
    assert desk.products() == {}


def test_a_reader_that_is_killed_anywhere_is_resumed_to_the_same_chunks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 1)
    steps = 0
    while True:
        number = 0

        def reached(step: str, at: int = steps) -> None:
            nonlocal number
            number += 1
            if number > at:
                raise Killed(step)

        import_id, messages = uploaded(desk, tea("a"), tea("b", name={}))
        try:
            with watched(reached):
                split(desk, messages)
            break
        except Killed:
            split(desk, messages)
        desk.drain()
        job = desk.see(import_id)
        assert (job["state"], job["progress"]["done"], job["errors"]) == ("finished", 2, 1), steps
        steps += 1
    assert steps > 6


def test_a_file_that_is_read_again_has_only_its_missing_chunks_worked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "CHUNK_PRODUCTS", 1)
    _, messages = uploaded(desk, tea("a"), tea("b"))
    split(desk, messages)
    first, _ = desk.messages("import-chunks")
    desk.run("imports.work_chunk", {"Records": [first]})

    split(desk, messages)

    assert [json.loads(message["body"])["chunk"] for message in desk.messages("import-chunks")] == [2]


def test_a_message_of_a_job_that_is_forgotten_is_let_go(desk: Desk) -> None:
    split(desk, [record(json.dumps({"merchant_id": desk.merchant_id, "job_id": ids.new("imp")}))])
