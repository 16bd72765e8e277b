"""A merchant's exports, the newest first, in pages."""

from mall.imports.model import Format
from tests.functional.imports.conftest import Desk, opened


def test_exports_come_newest_first_in_pages_and_no_imports_among_them(desk: Desk) -> None:
    made = [
        desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"}).body["id"] for _ in range(3)
    ]
    desk.ask(Format.CSV)

    first = desk.invoke("imports.list_exports", caller=desk.caller, query={"limit": "2"}).body
    rest = desk.invoke("imports.list_exports", caller=desk.caller, query={"limit": "2", "after": first["next"]}).body

    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_a_merchant_sees_its_own_exports_only(desk: Desk) -> None:
    desk.invoke("imports.create_export", caller=desk.caller, body={"format": "csv"})
    other = opened(Desk(desk.invoke, desk.run))

    assert other.invoke("imports.list_exports", caller=other.caller).body["items"] == []
