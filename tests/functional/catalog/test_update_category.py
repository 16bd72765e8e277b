"""Changing categories."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.categories import service
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY
from tests.functional.catalog.planting import rename

pytestmark = pytest.mark.usefixtures("database")
ORIGIN = {"code": "origin", "name": {"en": "Origin"}}
Ask = Callable[..., Answer]


def changed(category: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body that leaves a category as it is, but for `changes`."""
    kept = {name: category[name] for name in ("name", "slug", "description", "position", "attributes", "version")}
    return kept | changes


def test_what_is_below_has_the_new_template_at_once(add: Ask, manage: Ask) -> None:
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body

    answer = manage("update_category", tea["id"], **changed(tea, attributes=[ORIGIN], name={"en": "Teas"}))

    assert (answer.status, answer.body["version"]) == (200, 2)
    found = service.published(green["id"])
    assert [one.code for one in found.attributes] == ["origin"]
    assert found.names[tea["id"]] == {"en": "Teas"}
    assert goods.relational_news("catalog.CategoryChanged")[-1]["what"] == "attributes"


def test_a_repetition_changes_nothing_and_tells_nobody(add: Ask, manage: Ask) -> None:
    tea = add().body
    wanted = changed(tea, position=7)

    first, again = (manage("update_category", tea["id"], **wanted) for _ in "12")

    assert (again.status, again.body) == (200, first.body)
    assert len(goods.relational_news("catalog.CategoryChanged")) == 2


def test_what_is_hidden_is_hidden_with_everything_below(add: Ask, manage: Ask, invoke: Ask) -> None:
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body

    hidden = manage("update_category", tea["id"], **changed(tea, hidden=True)).body

    assert service.tree(fresh=True) == ()
    assert invoke("catalog.get_category", path={"category_id": green["id"]}).status == 404
    shown = manage("update_category", tea["id"], **changed(hidden, hidden=False))
    assert shown.body["state"] == "active"
    assert [node.children[0].id for node in service.tree(fresh=True)] == [green["id"]]


def test_who_read_an_older_version_is_told(add: Ask, manage: Ask) -> None:
    tea = add().body
    manage("update_category", tea["id"], **changed(tea, position=1))

    answer = manage("update_category", tea["id"], **changed(tea, position=2))

    assert (answer.status, answer.code) == (409, "CategoryChanged")


def test_an_attribute_below_holds_the_type_above(add: Ask, manage: Ask) -> None:
    tea = add().body
    add(parent_id=tea["id"], name={"en": "Green"}, attributes=[ORIGIN])

    answer = manage("update_category", tea["id"], **changed(tea, attributes=[ORIGIN | {"kind": "boolean"}]))

    assert answer.code == "AttributeClash"


def test_siblings_keep_different_names_in_addresses(add: Ask, manage: Ask) -> None:
    add()
    coffee = add(name={"en": "Coffee"}).body

    assert manage("update_category", coffee["id"], **changed(coffee, slug="tea")).code == "SlugTaken"


def test_what_is_not_there_is_not_found(add: Ask, manage: Ask) -> None:
    assert manage("update_category", NO_CATEGORY, **changed(add().body)).code == "NoSuchCategory"


def test_changes_at_once_happen_one_after_the_other(add: Ask, race: Callable[..., list[Any]]) -> None:
    tea = add().body

    results = race([(rename, tea["id"], f"Tea {number}") for number in range(4)])

    assert sorted(results) == [2, 3, 4, 5]
