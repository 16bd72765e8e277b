"""The tree of categories."""

from dataclasses import replace

import pytest

from mall.catalog.categories.model import (
    DEEPEST,
    BelowItself,
    Category,
    CategoryClosed,
    NoSuchCategory,
    SlugTaken,
    State,
    TooDeep,
    Tree,
)
from mall.catalog.categories.template import Attribute, AttributeClash, Kind


def one(id: str, parent: str | None = None, **changes: object) -> Category:
    return replace(Category(id, parent, id, {"en": id}), **changes)  # type: ignore[arg-type]


def tree(*categories: Category) -> Tree:
    return Tree({category.id: category for category in categories})


TEA = tree(one("food"), one("tea"), one("green", "tea"), one("longjing", "green"), one("black", "tea"))


def paths(given: Tree) -> dict[str, str]:
    return {id: "/".join(above.id for above in given.line(id)) for id in given.categories}


def test_a_category_takes_all_that_is_below_it_along() -> None:
    moved = TEA.moved("green", "food")

    assert paths(moved) | paths(TEA) != paths(moved)
    assert paths(moved)["longjing"] == "food/green/longjing"
    assert paths(moved)["black"] == "tea/black"


@pytest.mark.parametrize("parent", ["tea", "green", "longjing"])
def test_nothing_is_below_itself(parent: str) -> None:
    with pytest.raises(BelowItself):
        TEA.moved("tea", parent)


def test_what_is_not_there_is_not_moved_nor_moved_to() -> None:
    for arguments in (("nothing", "tea"), ("tea", "nothing")):
        with pytest.raises(NoSuchCategory):
            TEA.moved(*arguments)


def test_the_whole_of_what_moves_stays_within_the_depth() -> None:
    ids = [str(number) for number in range(DEEPEST - 1)]
    deep = tree(*(one(id, parent) for id, parent in zip(ids, [None, *ids], strict=False)), one("a"), one("b", "a"))

    assert deep.moved("b", ids[-1]).line("b")[0].id == "0"
    with pytest.raises(TooDeep):
        deep.moved("a", ids[-1])


def test_siblings_have_different_slugs_but_for_what_was_merged() -> None:
    twins = tree(one("x", slug="tea"), one("food"), one("tea", "food"))

    with pytest.raises(SlugTaken):
        twins.moved("tea", None)
    merged = twins.with_(one("x", slug="tea", state=State.MERGED, merged_into="food"))
    assert paths(merged.moved("tea", None))["tea"] == "tea"


def test_templates_have_to_fit_where_a_category_goes() -> None:
    text, number = Attribute("size", {"en": "Size"}), Attribute("size", {"en": "Size"}, Kind.NUMBER)
    clashing = tree(one("a", attributes=(text,)), one("b"), one("c", "b", attributes=(number,)))

    with pytest.raises(AttributeClash):
        clashing.moved("b", "a")


def test_a_merger_takes_what_is_below_over_and_closes_the_source() -> None:
    merged = TEA.merged("green", "food")

    assert paths(merged)["longjing"] == "food/longjing"
    assert (merged.get("green").state, merged.get("green").merged_into) == (State.MERGED, "food")
    with pytest.raises(CategoryClosed):
        merged.moved("black", "green")
    with pytest.raises(BelowItself):
        TEA.merged("tea", "longjing")
    with pytest.raises(BelowItself):
        TEA.merged("tea", "tea")


def test_readers_get_the_line_and_are_not_shown_what_is_hidden_above() -> None:
    hidden = TEA.with_(one("tea", state=State.HIDDEN))

    published = hidden.published("longjing")

    assert published.path == ("tea", "green", "longjing")
    assert published.names["green"] == {"en": "green"}
    assert published.state is State.HIDDEN
    assert [node.id for node in hidden.nodes()] == ["food"]


def test_siblings_stand_in_the_order_of_their_positions() -> None:
    shop = tree(one("a", position=2), one("b", position=1), one("c", position=1))

    assert [node.id for node in shop.nodes()] == ["b", "c", "a"]
