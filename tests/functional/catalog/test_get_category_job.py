"""Showing how far a move or merge is."""

from collections.abc import Callable

import pytest

from tests.fixtures.gateway import Answer

pytestmark = pytest.mark.usefixtures("database")


def test_a_job_that_waits_says_so(
    add: Callable[..., Answer], manage: Callable[..., Answer], job: Callable[..., Answer]
) -> None:
    tea, food = add().body, add(name={"en": "Food"}).body
    made = manage("move_category", tea["id"], parent_id=food["id"]).body

    answer = job(made["id"])

    assert (answer.status, answer.body) == (200, made)
    assert (made["state"], made["finished_at"]) == ("waiting", None)


@pytest.mark.parametrize("id", ["cjb_01KAQ3Z5J8M0T1V2W3X4Y5Z6ZZ", "x"])
def test_what_is_not_there_is_not_found(job: Callable[..., Answer], id: str) -> None:
    assert job(id).code == "NoSuchCategoryJob"
