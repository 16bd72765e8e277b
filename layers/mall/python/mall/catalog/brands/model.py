"""What a brand is."""

from dataclasses import dataclass, field
from enum import StrEnum

from mall import errors
from mall.catalog.texts import Texts


class NoSuchBrand(errors.NotFound):
    message = "There is no such brand."


class BrandHidden(errors.Conflict):
    message = "This brand takes no products."


class BrandChanged(errors.Conflict):
    message = "The brand was changed meanwhile. Read it again."


class BrandSlugTaken(errors.Conflict):
    message = "Another brand goes by this name in addresses."


class State(StrEnum):
    """Whether a brand is shown."""

    ACTIVE = "active"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand; `logo` is a picture's id, or nothing."""

    id: str
    slug: str
    name: Texts
    description: Texts = field(default_factory=dict)
    logo: str = ""
    state: State = State.ACTIVE
    version: int = 0

    @property
    def place(self) -> str:
        """Where it stands in the list of all: by its name."""
        name = self.name.get("en") or next(iter(self.name.values()))
        return f"{name.casefold()}#{self.id}"
