"""What a merchant's labels are."""

from dataclasses import dataclass

from mall import errors
from mall.catalog.texts import Texts

MOST_LABELS = 300


class NoSuchLabel(errors.NotFound):
    message = "The merchant has no such label."


class TooManyLabels(errors.Conflict):
    message = f"A merchant has at most {MOST_LABELS} labels."


class LabelsChanged(errors.Conflict):
    message = "The labels were changed meanwhile. Read them again."


class LabelNameTaken(errors.Invalid):
    message = "Two labels have the same name."


@dataclass(frozen=True, slots=True)
class Label:
    """A merchant's own category; with a `parent_id` it is one below another, and no deeper."""

    id: str
    name: Texts
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """All labels of a merchant in their order."""

    merchant_id: str
    labels: tuple[Label, ...] = ()
    version: int = 0

    def find(self, given: str) -> Label | None:
        """The label with this id or this name."""
        wanted = given.strip().casefold()
        by_id = (label for label in self.labels if label.id == given)
        by_name = (label for label in self.labels if wanted in {name.casefold() for name in label.name.values()})
        return next(by_id, None) or next(by_name, None)

    def check(self) -> None:
        """Raise TooManyLabels, LabelNameTaken or NoSuchLabel (as a parent) where they cannot be kept."""
        if len(self.labels) > MOST_LABELS:
            raise TooManyLabels
        roots = {label.id for label in self.labels if label.parent_id is None}
        names: set[tuple[str | None, str, str]] = set()
        for number, label in enumerate(self.labels):
            if label.parent_id is not None and label.parent_id not in roots:
                raise NoSuchLabel(field=f"labels.{number}.parent_id")
            for locale, name in label.name.items():
                key = (label.parent_id, locale, name.casefold())
                if key in names:
                    raise LabelNameTaken(field=f"labels.{number}.name")
                names.add(key)
