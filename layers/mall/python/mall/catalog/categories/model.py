"""The tree of categories: what a category is, and what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mall import errors
from mall.catalog.categories.template import Attribute, Template, check_line
from mall.catalog.texts import Texts

DEEPEST = 10
MOST_CATEGORIES = 5_000


class NoSuchCategory(errors.NotFound):
    message = "There is no such category."


class CategoryClosed(errors.Conflict):
    message = "This category takes no products."


class CategoryChanged(errors.Conflict):
    message = "The category was changed meanwhile. Read it again."


class CategoryInUse(errors.Conflict):
    message = "This category has products or categories below it. Merge it into another one instead."


class BelowItself(errors.Conflict):
    message = "A category cannot be below itself, nor be merged into one that is below it."


class TooDeep(errors.Conflict):
    message = f"The tree is at most {DEEPEST} categories deep."


class TooManyCategories(errors.Conflict):
    message = f"There are at most {MOST_CATEGORIES:,} categories."


class SlugTaken(errors.Conflict):
    message = "Another category beside it goes by this name in addresses."


class State(StrEnum):
    """Whether a category is shown; what was merged is there for what still refers to it."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Category:
    """A category as it is kept: its own attributes only, and no more of the tree than its parent."""

    id: str
    parent_id: str | None
    slug: str
    name: Texts
    description: Texts = field(default_factory=dict)
    position: int = 0
    state: State = State.ACTIVE
    merged_into: str | None = None
    attributes: tuple[Attribute, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Published:
    """A category as readers get it: with its line from the root to itself, and its whole template."""

    id: str
    parent_id: str | None
    path: tuple[str, ...]
    slug: str
    name: Texts
    description: Texts
    state: State
    merged_into: str | None
    attributes: tuple[Attribute, ...]
    names: Mapping[str, Texts]
    revision: int

    @property
    def template(self) -> Template:
        """What may be said of its products."""
        return Template(self.attributes)


@dataclass(frozen=True, slots=True)
class Node:
    """A category in the tree that everybody sees."""

    id: str
    parent_id: str | None
    name: Texts
    slug: str
    children: tuple["Node", ...] = ()


class Tree:
    """All categories at one moment."""

    def __init__(self, categories: Mapping[str, Category], revision: int = 0) -> None:
        self.categories = dict(categories)
        self.revision = revision
        self._children: dict[str | None, list[Category]] = {}
        for category in self.categories.values():
            self._children.setdefault(category.parent_id, []).append(category)
        for siblings in self._children.values():
            siblings.sort(key=lambda category: (category.position, category.id))

    def get(self, category_id: str) -> Category:
        """The category. Raises NoSuchCategory."""
        try:
            return self.categories[category_id]
        except KeyError:
            raise NoSuchCategory from None

    def children(self, category_id: str | None) -> list[Category]:
        """Those directly below, in their order; of None, the roots."""
        return self._children.get(category_id, [])

    def line(self, category_id: str) -> list[Category]:
        """The categories from the root down to this one."""
        found, at = [], self.get(category_id)
        while True:
            found.append(at)
            if at.parent_id is None:
                return found[::-1]
            at = self.get(at.parent_id)

    def below(self, category_id: str) -> list[Category]:
        """This category and all below it, parents first."""
        found = [self.get(category_id)]
        for category in found:
            found += self.children(category.id)
        return found

    def template(self, category_id: str) -> Template:
        """All attributes of the category's products."""
        return Template.inherited(category.attributes for category in self.line(category_id))

    def with_(self, *changed: Category) -> "Tree":
        """The tree with these categories in place of those with their ids."""
        return Tree(self.categories | {category.id: category for category in changed}, self.revision)

    def check_place(self, category: Category) -> None:
        """Raise where `category`, in this tree, cannot stand where it does, or its attributes do not fit in there."""
        siblings = self.children(category.parent_id)
        for other in siblings if category.state is not State.MERGED else ():
            if other.slug == category.slug and other.id != category.id and other.state is not State.MERGED:
                raise SlugTaken(field="slug", category_id=other.id)
        below = self.below(category.id)
        depth = max(len(self.line(other.id)) for other in below)
        if depth > DEEPEST:
            raise TooDeep
        for other in below:
            above = () if other.parent_id is None else self.template(other.parent_id).attributes
            check_line(above, other.attributes)

    def check_parent(self, category_id: str, parent_id: str | None) -> None:
        """Raise NoSuchCategory, CategoryClosed or BelowItself where the category cannot be put below `parent_id`."""
        if parent_id is None:
            return
        line = {category.id for category in self.line(parent_id)}
        if category_id in line:
            raise BelowItself
        if self.get(parent_id).state is State.MERGED:
            raise CategoryClosed

    def moved(self, category_id: str, parent_id: str | None) -> "Tree":
        """The tree with a category and all below it somewhere else.

        Raises NoSuchCategory, BelowItself, CategoryClosed, TooDeep, SlugTaken or AttributeClash.
        """
        self.check_parent(category_id, parent_id)
        category = self.get(category_id)
        moved = replace(category, parent_id=parent_id, version=category.version + 1)
        tree = self.with_(moved)
        tree.check_place(moved)
        return tree

    def merged(self, category_id: str, into: str) -> "Tree":
        """The tree with a category closed, and what was below it below `into`. Raises as `moved` does."""
        source = self.get(category_id)
        if category_id == into:
            raise BelowItself
        self.check_parent(category_id, into)
        closed = replace(source, state=State.MERGED, merged_into=into, version=source.version + 1)
        tree = self.with_(closed)
        for child in self.children(category_id):
            tree = tree.moved(child.id, into)
        return tree

    def published(self, category_id: str) -> Published:
        """The category as readers get it."""
        line = self.line(category_id)
        category = line[-1]
        hidden = any(above.state is State.HIDDEN for above in line) and category.state is State.ACTIVE
        return Published(
            id=category.id,
            parent_id=category.parent_id,
            path=tuple(above.id for above in line),
            slug=category.slug,
            name=category.name,
            description=category.description,
            state=State.HIDDEN if hidden else category.state,
            merged_into=category.merged_into,
            attributes=self.template(category_id).attributes,
            names={above.id: above.name for above in line},
            revision=self.revision,
        )

    def nodes(self, parent_id: str | None = None) -> tuple[Node, ...]:
        """The tree as everybody sees it: what is hidden is not in it, nor what is below that."""
        return tuple(
            Node(category.id, category.parent_id, category.name, category.slug, self.nodes(category.id))
            for category in self.children(parent_id)
            if category.state is State.ACTIVE
        )
