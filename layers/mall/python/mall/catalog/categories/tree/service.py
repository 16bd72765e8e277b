"""Changing the tree of categories, and publishing what came of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mall import events, ids
from mall.catalog import texts
from mall.catalog.categories import schemas
from mall.catalog.categories import store as published
from mall.catalog.categories.model import (
    MOST_CATEGORIES,
    Category,
    CategoryChanged,
    CategoryClosed,
    CategoryInUse,
    State,
    TooManyCategories,
    Tree,
)
from mall.catalog.categories.template import check_all
from mall.catalog.categories.tree import store
from mall.observability import logger

# How many categories are published while somebody waits; the event of the change has the others published.
PUBLISHED_AT_ONCE = 100


def get(category_id: str) -> Category:
    """The category as it is kept. Raises NoSuchCategory."""
    return store.load().get(category_id)


def create(given: schemas.NewCategory) -> Category:
    """Add a category. Raises BadAttribute, NotAText, NoSuchCategory, CategoryClosed, SlugTaken or AttributeClash."""
    id = ids.new("cat")
    name = texts.checked(given.name, "name", most=60)
    category = Category(
        id=id,
        parent_id=given.parent_id,
        slug=given.slug or texts.slug(name) or id[4:].lower(),
        name=name,
        description=texts.checked(given.description, "description", most=1_000, required=False, lines=True),
        position=given.position,
        attributes=check_all(attribute.attribute() for attribute in given.attributes),
    )

    def decide(tree: Tree) -> tuple[Tree, Iterable[events.Event], Category]:
        if len(tree.categories) >= MOST_CATEGORIES:
            raise TooManyCategories
        tree.check_parent(id, category.parent_id)
        after = tree.with_(category)
        after.check_place(category)
        return after, [_news(category, "created")], category

    return _change(decide)


def change(category_id: str, given: schemas.ChangedCategory) -> Category:
    """Change what a category says. Raises CategoryChanged, CategoryClosed and what `create` raises."""
    name = texts.checked(given.name, "name", most=60)
    description = texts.checked(given.description, "description", most=1_000, required=False, lines=True)
    attributes = check_all(attribute.attribute() for attribute in given.attributes)

    def decide(tree: Tree) -> tuple[Tree, Iterable[events.Event], Category]:
        before = tree.get(category_id)
        if before.state is State.MERGED:
            raise CategoryClosed
        wanted = replace(
            before,
            name=name,
            slug=given.slug,
            description=description,
            position=given.position,
            state=State.HIDDEN if given.hidden else State.ACTIVE,
            attributes=attributes,
        )
        if wanted == before:
            return tree, [], before
        if before.version != given.version:
            raise CategoryChanged
        wanted = replace(wanted, version=before.version + 1)
        after = tree.with_(wanted)
        after.check_place(wanted)
        what = "attributes" if wanted.attributes != before.attributes else "record"
        return after, [_news(wanted, what)], wanted

    return _change(decide)


def remove(category_id: str, *, used: Callable[[str], bool]) -> None:
    """Delete a category without anything in it or below it. Raises NoSuchCategory or CategoryInUse."""

    def decide(tree: Tree) -> tuple[Tree, Iterable[events.Event], Category]:
        category = tree.get(category_id)
        refers = any(other.merged_into == category_id for other in tree.categories.values())
        if tree.children(category_id) or refers or used(category_id):
            raise CategoryInUse
        rest = {id: other for id, other in tree.categories.items() if id != category_id}
        return Tree(rest), [_news(category, "removed")], category

    after, _ = store.change(decide)
    published.remove(category_id)
    published.publish(after, [])
    logger.info("category removed", category_id=category_id)


def move(category_id: str, parent_id: str | None) -> None:
    """Put a category somewhere else in the tree; repeating it is harmless. Raises as `Tree.moved` does."""

    def decide(tree: Tree) -> tuple[Tree, Iterable[events.Event], Category]:
        if tree.get(category_id).parent_id == parent_id:
            return tree, [], tree.get(category_id)
        after = tree.moved(category_id, parent_id)
        return after, [_news(after.get(category_id), "moved")], after.get(category_id)

    _change(decide)


def merge(category_id: str, into: str) -> None:
    """Close a category in favour of another one; repeating it is harmless. Raises as `Tree.merged` does."""

    def decide(tree: Tree) -> tuple[Tree, Iterable[events.Event], Category]:
        source = tree.get(category_id)
        if source.state is State.MERGED and source.merged_into == into:
            return tree, [], source
        after = tree.merged(category_id, into)
        moved = [_news(after.get(child.id), "moved") for child in tree.children(category_id)]
        return after, [_news(after.get(category_id), "merged"), *moved], after.get(category_id)

    _change(decide)


def check_move(category_id: str, parent_id: str | None) -> None:
    """Raise what `move` would."""
    store.load().moved(category_id, parent_id)


def check_merge(category_id: str, into: str) -> None:
    """Raise what `merge` would."""
    store.load().merged(category_id, into)


def publish(category_id: str) -> int:
    """Publish a category and all below it as they are now, and say how many there were; repeating it is harmless."""
    tree = store.load()
    below = [category.id for category in tree.below(category_id)] if category_id in tree.categories else []
    published.publish(tree, below)
    return len(below)


def changed(event: events.Event) -> None:
    """Take in `catalog.CategoryChanged`: publish what has not been published while somebody waited."""
    publish(event.aggregate)


def _change(decide: Callable[[Tree], tuple[Tree, Iterable[events.Event], Category]]) -> Category:
    after, category = store.change(decide)
    published.publish(after, _first(after, category))
    logger.info("category changed", category_id=category.id, revision=after.revision)
    return category


def _first(tree: Tree, category: Category) -> Sequence[str]:
    return [other.id for other in tree.below(category.id)][:PUBLISHED_AT_ONCE]


def _news(category: Category, what: str) -> events.Event:
    data = {"category_id": category.id, "parent_id": category.parent_id, "what": what}
    return events.Event.of("catalog.CategoryChanged", aggregate=category.id, data=data)
