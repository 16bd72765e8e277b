"""A merchant's imports, the newest first, in pages."""

from typing import Any

from mall.imports.model import Format
from tests.fixtures.gateway import Answer
from tests.functional.imports.conftest import Desk, opened


def imports(desk: Desk, **query: Any) -> Answer:
    return desk.invoke("imports.list_imports", caller=desk.caller, query=query)


def test_imports_come_newest_first_in_pages_and_no_exports_among_them(desk: Desk) -> None:
    made = [desk.ask(Format.CSV) for _ in range(3)]
    desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"})

    first = imports(desk, limit="2").body
    rest = imports(desk, limit="2", after=first["next"]).body

    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_nobody_reads_another_merchants_imports_by_a_cursor(desk: Desk) -> None:
    for _ in range(2):
        desk.ask(Format.CSV)
    cursor = imports(desk, limit="1").body["next"]
    other = opened(Desk(desk.invoke, desk.run))

    assert imports(other).body["items"] == []
    assert imports(other, after=cursor).code == "Invalid"
    assert imports(desk, after="nonsense").code == "Invalid"


def test_a_cursor_of_exports_is_none_of_imports(desk: Desk) -> None:
    for _ in range(2):
        desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"})
    cursor = desk.invoke("imports.list_exports", caller=desk.caller, query={"limit": "1"}).body["next"]

    assert imports(desk, after=cursor).code == "Invalid"
