"""Showing the tree of categories."""

from collections.abc import Callable

from mall.catalog.categories.model import Category, State
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def one(id: str, parent_id: str | None, position: int, **changes: object) -> Category:
    given = Category(f"cat_{id}", parent_id and f"cat_{parent_id}", id, {"zh-CN": f"类{id}", "en": id}, {}, position)
    return goods.replace(given, **changes)


def test_it_is_told_in_its_order_and_the_readers_language(invoke: Callable[..., Answer]) -> None:
    goods.publish(one("b", None, 2), one("a", None, 1), one("y", "a", 2), one("x", "a", 1), one("z", "x", 1))

    answer = invoke("catalog.list_categories", query={"locale": "en"})

    assert answer.status == 200
    assert answer.body["items"] == [
        {
            "id": "cat_a",
            "name": "a",
            "slug": "a",
            "children": [
                {
                    "id": "cat_x",
                    "name": "x",
                    "slug": "x",
                    "children": [{"id": "cat_z", "name": "z", "slug": "z", "children": []}],
                },
                {"id": "cat_y", "name": "y", "slug": "y", "children": []},
            ],
        },
        {"id": "cat_b", "name": "b", "slug": "b", "children": []},
    ]
    assert invoke("catalog.list_categories").body["items"][1]["name"] == "类b"


def test_what_is_hidden_or_merged_is_not_in_it_nor_what_is_below(invoke: Callable[..., Answer]) -> None:
    goods.publish(
        one("a", None, 1, state=State.HIDDEN),
        one("x", "a", 1),
        one("b", None, 2, state=State.MERGED),
        one("c", None, 3),
    )

    assert [node["id"] for node in invoke("catalog.list_categories").body["items"]] == ["cat_c"]


def test_an_older_tree_never_replaces_a_newer_one(invoke: Callable[..., Answer]) -> None:
    goods.publish(one("a", None, 1), revision=5)

    goods.publish(one("b", None, 1), revision=4)

    assert [node["id"] for node in invoke("catalog.list_categories").body["items"]] == ["cat_a"]


def test_before_there_is_one_it_is_empty(invoke: Callable[..., Answer]) -> None:
    answer = invoke("catalog.list_categories")

    assert (answer.status, answer.body) == (200, {"items": []})
    assert answer.headers["cache-control"] == "public, max-age=60"
