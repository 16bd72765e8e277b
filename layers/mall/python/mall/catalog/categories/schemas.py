"""What clients get of categories, and what the platform's staff sends."""

from typing import Annotated, Any

from pydantic import Field

from mall import ids
from mall.catalog.categories.model import Category, Node, Published, State
from mall.catalog.categories.template import MOST_ATTRIBUTES, MOST_VALUES, Attribute, Kind, Template, Value, to_json
from mall.catalog.texts import pick
from mall.fields import LocaleKey, Slug
from mall.http import Body, View

CategoryId = Annotated[str, Field(pattern=ids.pattern("cat"))]
Name = Annotated[dict[LocaleKey, Annotated[str, Field(max_length=60)]], Field(min_length=1)]
Description = dict[LocaleKey, Annotated[str, Field(max_length=1_000)]]


class ValueBody(Body):
    """A value of an enumeration."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    name: Name


class AttributeBody(Body):
    """Something that is said of the products of a category and of all below it."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    name: Name
    kind: Kind = Kind.TEXT
    unit: Annotated[str, Field(max_length=20)] = ""
    values: Annotated[list[ValueBody], Field(max_length=MOST_VALUES)] = Field(default_factory=list)
    required: bool = False
    facet: bool = Field(False, description="Searches can be narrowed by it.")
    sku: bool = Field(False, description="Each of its values makes a SKU of its own.")
    open: bool = Field(False, description="Merchants may add values of their own; for what makes SKUs.")
    minimum: float | None = None
    maximum: float | None = None

    def attribute(self) -> Attribute:
        """The attribute that is meant."""
        values = tuple(Value(value.code, dict(value.name)) for value in self.values)
        given = self.model_dump(exclude={"values", "kind", "name"})
        return Attribute(**given, kind=self.kind, name=dict(self.name), values=values)


class NewCategory(Body):
    """A category below another one, or a root."""

    parent_id: CategoryId | None = None
    name: Name
    slug: Slug | None = Field(None, description="Its name in addresses; made of the English name where left out.")
    description: Description = Field(default_factory=dict)
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    attributes: Annotated[list[AttributeBody], Field(max_length=MOST_ATTRIBUTES)] = Field(default_factory=list)


class ChangedCategory(Body):
    """A category as it is to be, and the version of it that was read."""

    name: Name
    slug: Slug
    description: Description = Field(default_factory=dict)
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    hidden: bool = False
    attributes: Annotated[list[AttributeBody], Field(max_length=MOST_ATTRIBUTES)] = Field(default_factory=list)
    version: int


class Destination(Body):
    """Where a category is to go: below this one, or to the roots."""

    parent_id: CategoryId | None


class Merger(Body):
    """The category that takes over the products of another one, and what is below it."""

    into: CategoryId


class NodeView(View):
    """A category in the tree."""

    id: str
    name: str
    slug: str
    children: list["NodeView"]

    @classmethod
    def of(cls, node: Node, locale: str) -> "NodeView":
        """The node and all below it for readers of `locale`."""
        children = [cls.of(child, locale) for child in node.children]
        return cls(id=node.id, name=pick(node.name, locale), slug=node.slug, children=children)


class CategoryTree(View):
    """All categories, from the roots."""

    items: list[NodeView]


class Crumb(View):
    """A category on the way from the root."""

    id: str
    name: str


class ValueView(View):
    """A value of an enumeration."""

    code: str
    name: str


class AttributeView(View):
    """Something that is said of the products."""

    code: str
    name: str
    kind: Kind
    unit: str
    values: list[ValueView]
    required: bool
    facet: bool
    sku: bool
    open: bool

    @classmethod
    def of(cls, attribute: Attribute, locale: str) -> "AttributeView":
        """The attribute for readers of `locale`."""
        return cls(
            code=attribute.code,
            name=pick(attribute.name, locale),
            kind=attribute.kind,
            unit=attribute.unit,
            values=[ValueView(code=value.code, name=pick(value.name, locale)) for value in attribute.values],
            required=attribute.required,
            facet=attribute.facet,
            sku=attribute.sku,
            open=attribute.open,
        )


class CategoryView(View):
    """A category, the way to it, and what may be said of its products."""

    id: str
    name: str
    slug: str
    description: str
    parent_id: str | None
    path: list[Crumb]
    merged_into: str | None = Field(description="The category that has taken this one over.")
    attributes: list[AttributeView]
    schema_: dict[str, Any] = Field(
        serialization_alias="schema", description="The JSON Schema that products' attributes keep."
    )

    @classmethod
    def of(cls, category: Published, locale: str) -> "CategoryView":
        """The category for readers of `locale`."""
        return cls(
            id=category.id,
            name=pick(category.name, locale),
            slug=category.slug,
            description=pick(category.description, locale),
            parent_id=category.parent_id,
            path=[Crumb(id=id, name=pick(category.names[id], locale)) for id in category.path],
            merged_into=category.merged_into,
            attributes=[AttributeView.of(attribute, locale) for attribute in category.attributes],
            schema_=Template(category.attributes).schema(),
        )


class AttributeRecord(View):
    """An attribute as it is kept."""

    code: str
    name: dict[str, str]
    kind: Kind
    unit: str
    values: list[dict[str, Any]]
    required: bool
    facet: bool
    sku: bool
    open: bool
    minimum: float | None
    maximum: float | None


class CategoryRecord(View):
    """A category as the platform's staff sees it: its own attributes, not those from above."""

    id: str
    parent_id: str | None
    name: dict[str, str]
    slug: str
    description: dict[str, str]
    position: int
    state: State
    merged_into: str | None
    attributes: list[AttributeRecord]
    version: int

    @classmethod
    def of(cls, category: Category) -> "CategoryRecord":
        """The whole record."""
        return cls(
            id=category.id,
            parent_id=category.parent_id,
            name=dict(category.name),
            slug=category.slug,
            description=dict(category.description),
            position=category.position,
            state=category.state,
            merged_into=category.merged_into,
            attributes=[AttributeRecord(**to_json(attribute)) for attribute in category.attributes],
            version=category.version,
        )
