"""What clients send and get of brands."""

from typing import Annotated

from pydantic import Field

from mall.catalog.brands.model import Brand, State
from mall.catalog.texts import pick
from mall.fields import Locale, LocaleKey, Logo, Slug
from mall.http import Body, Page, View

Name = Annotated[dict[LocaleKey, Annotated[str, Field(max_length=60)]], Field(min_length=1)]
Description = dict[LocaleKey, Annotated[str, Field(max_length=2_000)]]


class BrandQuery(Page):
    """Which page, and in which language."""

    locale: Locale = "zh-CN"


class NewBrand(Body):
    """A brand."""

    name: Name
    slug: Slug | None = Field(None, description="Its name in addresses; made of the English name where left out.")
    description: Description = Field(default_factory=dict)
    logo: Logo = ""


class ChangedBrand(Body):
    """A brand as it is to be, and the version of it that was read."""

    name: Name
    slug: Slug
    description: Description = Field(default_factory=dict)
    logo: Logo = ""
    hidden: bool = False
    version: int


class BrandView(View):
    """A brand as everybody sees it."""

    id: str
    name: str
    slug: str
    description: str
    logo: str | None

    @classmethod
    def of(cls, brand: Brand, locale: str) -> "BrandView":
        """The brand for readers of `locale`."""
        return cls(
            id=brand.id,
            name=pick(brand.name, locale),
            slug=brand.slug,
            description=pick(brand.description, locale),
            logo=brand.logo or None,
        )


class BrandList(View):
    """A page of the brands by name, and the cursor of the next."""

    items: list[BrandView]
    next: str | None


class BrandRecord(View):
    """A brand as the platform's staff sees it."""

    id: str
    name: dict[str, str]
    slug: str
    description: dict[str, str]
    logo: str | None
    state: State
    version: int

    @classmethod
    def of(cls, brand: Brand) -> "BrandRecord":
        """The whole record."""
        return cls(
            id=brand.id,
            name=dict(brand.name),
            slug=brand.slug,
            description=dict(brand.description),
            logo=brand.logo or None,
            state=brand.state,
            version=brand.version,
        )
