"""Following an import, and fetching the file of what is wrong."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import requests

from mall import ids
from mall.imports.model import Format
from tests.fixtures.gateway import Answer
from tests.functional.imports.conftest import TEA, Desk, opened, sheet, tea


def get(desk: Desk, import_id: str) -> Answer:
    return desk.invoke("imports.get_import", caller=desk.caller, path={"import_id": import_id})


def test_an_import_says_how_far_it_is(desk: Desk) -> None:
    import_id = desk.ask(Format.JSONL, file_name="spring.jsonl")

    before = desk.see(import_id)
    desk.run("imports.on_import_uploaded", desk.upload(import_id, b'{"external_id": "a"}\n{'))
    reading = desk.see(import_id)
    desk.drain()
    after = desk.see(import_id)

    assert [job["state"] for job in (before, reading, after)] == ["waiting_for_file", "reading", "finished"]
    assert [job["progress"]["total"] for job in (before, reading, after)] == [None, None, 2]
    assert (before["file_name"], before["errors_url"], reading["errors_url"]) == ("spring.jsonl", None, None)
    assert after["progress"] | {"total": 2} == after["progress"]
    assert after["finished_at"] is not None


def test_the_file_of_errors_opens_in_spreadsheets_and_runs_nothing(desk: Desk) -> None:
    job = desk.lines(tea("=1+1", category="nowhere"), tea("b", name={}), tea("c"))

    fetched = requests.get(job["errors_url"], timeout=5)

    assert fetched.content.startswith(b"\xef\xbb\xbf")
    assert fetched.headers["content-disposition"] == f'attachment; filename="errors-{job["id"]}.csv"'
    rows = list(csv.DictReader(io.StringIO(fetched.content.decode("utf-8-sig"))))
    assert list(rows[0]) == ["row", "code", "message", "external_id", "field"]
    assert [(row["row"], row["external_id"]) for row in rows] == [("1", "'=1+1"), ("2", "b")]


def test_the_link_is_signed_and_works_for_a_quarter_of_an_hour(desk: Desk) -> None:
    job = desk.lines(tea(name={}))

    query = parse_qs(urlsplit(job["errors_url"]).query)
    assert query["X-Amz-Expires"] == ["900"]
    assert "X-Amz-Signature" in query


def test_errors_come_in_the_order_of_the_rows(desk: Desk) -> None:
    rows = [[f"p{number}", "A" if number % 3 else "", TEA, "1" if number % 2 else "free"] for number in range(12)]
    rows[5][0] = ""

    job = desk.bring_in(Format.CSV, sheet(["external_id", "name.en", "category", "price"], *rows))

    found = [int(row["row"]) for row in desk.errors(job)]
    assert found == sorted(found)
    assert 7 in found


def test_a_file_that_is_refused_says_why(desk: Desk) -> None:
    job = desk.bring_in(Format.XLSX, b"no workbook")

    assert job["state"] == "refused"
    assert (job["refusal"]["code"], job["errors_url"]) == ("NotAWorkbook", None)


def test_an_import_of_another_merchant_is_not_there(desk: Desk) -> None:
    import_id = desk.ask(Format.CSV)
    other = opened(Desk(desk.invoke, desk.run))

    assert get(desk, import_id).status == 200
    assert (get(other, import_id).status, get(other, import_id).code) == (404, "NoSuchJob")


def test_what_is_no_import_is_not_there(desk: Desk) -> None:
    export = desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"}).body["id"]

    assert [get(desk, one).code for one in (ids.new("imp"), export, "x", "job#")] == ["NoSuchJob"] * 4
