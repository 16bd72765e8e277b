"""What readers ask of categories. Needs no PostgreSQL."""

from collections.abc import Iterable

from mall.catalog.categories import schemas, store
from mall.catalog.categories.model import Node, NoSuchCategory, Published, State
from mall.fields import LocaleQuery
from mall.seen import Seen

# A reader may take a category for what it was half a minute ago; whoever decides something asks `published`.
_seen = Seen(store.load_many, seconds=30)
_trees = Seen(lambda ids: dict.fromkeys(ids, store.nodes()), seconds=30)


def published(category_id: str) -> Published:
    """The category as it is now. Raises NoSuchCategory."""
    return store.load(category_id)


def published_many(category_ids: Iterable[str]) -> dict[str, Published]:
    """Those of the categories that there are, by id, as they are now."""
    return store.load_many(category_ids)


def current(category_id: str) -> Published:
    """The category, or the one into which it was merged. Raises NoSuchCategory."""
    found = store.load(category_id)
    for _ in range(_MOST_MERGES):
        if found.state is not State.MERGED or found.merged_into is None:
            return found
        found = store.load(found.merged_into)
    raise NoSuchCategory


def seen(category_id: str) -> Published | None:
    """The category as it was within the last half a minute, mostly without a call; None where there is none."""
    return _seen.get(category_id)


def tree(*, fresh: bool = False) -> tuple[Node, ...]:
    """The roots of the tree that everybody sees, at most half a minute old unless it has to be `fresh`."""
    return store.nodes() if fresh else _trees.get("tree") or ()


def show_tree(query: LocaleQuery) -> schemas.CategoryTree:
    """The tree in one language."""
    return schemas.CategoryTree(items=[schemas.NodeView.of(node, query.locale) for node in tree()])


def show(category_id: str, query: LocaleQuery) -> schemas.CategoryView:
    """A category that everybody may see, in one language. Raises NoSuchCategory."""
    found = seen(category_id)
    if found is None or found.state is State.HIDDEN:
        raise NoSuchCategory
    return schemas.CategoryView.of(found, query.locale)


_MOST_MERGES = 20
