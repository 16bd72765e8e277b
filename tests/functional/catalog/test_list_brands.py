"""The list of brands."""

from typing import Any

from tests.functional.catalog.brands import create, update


def test_brands_come_by_name_page_by_page_without_those_that_are_hidden(invoke: Any) -> None:
    made = {name: create(invoke, name={"en": name}, slug=name.lower()).body for name in ("Cedar", "Alder", "Birch")}
    birch = made["Birch"]
    update(invoke, birch["id"], name=birch["name"], slug=birch["slug"], hidden=True, version=1)

    found: list[str] = []
    after = None
    for _ in range(4):
        page = invoke("catalog.list_brands", query={"limit": "1"} | ({"after": after} if after else {})).body
        found += [brand["name"] for brand in page["items"]]
        after = page["next"]
        if after is None:
            break

    assert (found, after) == (["Alder", "Cedar"], None)


def test_a_cursor_of_ones_own_making_is_refused(invoke: Any) -> None:
    assert invoke("catalog.list_brands", query={"after": "abc"}).status == 400
