"""Moving categories."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.catalog.categories import service
from tests.fixtures import goods
from tests.fixtures.gateway import Answer
from tests.functional.catalog.conftest import NO_CATEGORY

pytestmark = pytest.mark.usefixtures("database")
Ask = Callable[..., Answer]


def test_it_is_a_job_after_which_everything_below_has_moved_too(
    add: Ask, manage: Ask, work: Callable[[str], Any], job: Ask
) -> None:
    food = add(name={"en": "Food"}, attributes=[{"code": "brewed", "name": {"en": "Brewed"}}]).body
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}).body

    answer = manage("move_category", tea["id"], parent_id=food["id"])
    assert (answer.status, answer.body["state"], answer.body["kind"]) == (202, "waiting", "move")
    assert service.published(green["id"]).path == (tea["id"], green["id"])

    work(answer.body["id"])

    moved = service.published(green["id"])
    assert moved.path == (food["id"], tea["id"], green["id"])
    assert [one.code for one in moved.attributes] == ["brewed"]
    done = job(answer.body["id"]).body
    assert (done["state"], done["categories"], done["products"]) == ("finished", 2, 0)
    assert goods.relational_news("catalog.CategoryChanged")[-1] == {
        "category_id": tea["id"],
        "parent_id": food["id"],
        "what": "moved",
    }


def test_back_to_the_roots(add: Ask, manage: Ask, work: Callable[[str], Any]) -> None:
    food = add(name={"en": "Food"}).body
    tea = add(parent_id=food["id"]).body

    work(manage("move_category", tea["id"], parent_id=None).body["id"])

    assert service.published(tea["id"]).path == (tea["id"],)


def test_what_is_not_possible_is_refused_before_anything_begins(add: Ask, manage: Ask) -> None:
    tea = add().body
    green = add(parent_id=tea["id"], name={"en": "Green"}, slug="tea").body
    typed = add(name={"en": "Typed"}, attributes=[{"code": "size", "name": {"en": "Size"}, "kind": "number"}]).body
    other = add(name={"en": "Other"}, attributes=[{"code": "size", "name": {"en": "Size"}}]).body

    assert manage("move_category", tea["id"], parent_id=green["id"]).code == "BelowItself"
    assert manage("move_category", green["id"], parent_id=None).code == "SlugTaken"
    assert manage("move_category", green["id"], parent_id=NO_CATEGORY).code == "NoSuchCategory"
    assert manage("move_category", other["id"], parent_id=typed["id"]).code == "AttributeClash"


def test_what_has_become_impossible_meanwhile_is_told_by_the_job(
    add: Ask, manage: Ask, work: Callable[[str], Any], job: Ask
) -> None:
    tea, food = add().body, add(name={"en": "Food"}).body
    down = manage("move_category", tea["id"], parent_id=food["id"]).body["id"]
    up = manage("move_category", food["id"], parent_id=tea["id"]).body["id"]

    work(down)
    work(up)

    assert [job(id).body["state"] for id in (down, up)] == ["finished", "refused"]
    assert job(up).body["refusal"]
    assert service.published(tea["id"]).path == (food["id"], tea["id"])
