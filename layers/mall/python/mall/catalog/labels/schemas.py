"""What merchants send and get of their labels."""

from typing import Annotated

from pydantic import Field

from mall import ids
from mall.catalog.labels.model import MOST_LABELS, Labels
from mall.fields import LocaleKey
from mall.http import Body, View

LabelId = Annotated[str, Field(pattern=ids.pattern("lbl"))]
Name = Annotated[dict[LocaleKey, Annotated[str, Field(max_length=40)]], Field(min_length=1)]


class LabelBody(Body):
    """A label; without an id it is a new one. With `parent_id` it is below another, which has none itself."""

    id: LabelId | None = None
    name: Name
    parent_id: LabelId | None = None


class ChangedLabels(Body):
    """All labels in their order, and the version of them that was read (0: there were none)."""

    labels: Annotated[list[LabelBody], Field(max_length=MOST_LABELS)]
    version: int


class LabelView(View):
    """A label."""

    id: str
    name: dict[str, str]
    parent_id: str | None


class LabelList(View):
    """All labels of a merchant, and their version."""

    items: list[LabelView]
    version: int

    @classmethod
    def of(cls, labels: Labels) -> "LabelList":
        """The list of `labels`, for their merchant."""
        items = [LabelView(id=one.id, name=dict(one.name), parent_id=one.parent_id) for one in labels.labels]
        return cls(items=items, version=labels.version)
