"""What the back office sends and gets of articles and banners."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from mall import errors
from mall.content.model import Article, Banner
from mall.fields import Locale
from mall.http import Body, View

Title = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(max_length=300)]
Html = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]


class ArticleBody(Body):
    """An article as it should be; with `version`, only if it still is that one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": {"zh-CN": "配送说明", "en": "Delivery"}, "body": {"zh-CN": "<p>……</p>", "en": "<p>…</p>"}}
            ]
        }
    )

    title: dict[Locale, Title] = Field(min_length=1)
    body: dict[Locale, Html] = Field(min_length=1)
    position: int = Field(0, ge=0, le=10_000)
    version: int | None = Field(None, ge=0)


class BannerBody(Body):
    """A banner as it should be; with `version`, only if it still is that one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"title": {"zh-CN": "新品上市", "en": "Just in"}, "href": "/search/?sort=new", "picture_id": None}
            ]
        }
    )

    title: dict[Locale, Title] = Field(min_length=1)
    text: dict[Locale, Text] = Field(default_factory=dict)
    href: str
    picture_id: Annotated[str, StringConstraints(pattern=r"^pic_[0-9a-f]{32}$")] | None = None
    picture_href: str | None = None
    position: int = Field(0, ge=0, le=10_000)
    version: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _one_picture(self) -> "BannerBody":
        if self.picture_id and self.picture_href:
            raise errors.Invalid("A banner has one picture: 'picture_id' or 'picture_href'.")
        return self


class _Shown(View):
    """What is shown of an article or banner goes by the names that it has there."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, thing: Article | Banner) -> Self:
        """The view of an article or banner."""
        return cls.model_validate(thing)


class ArticleView(_Shown):
    """An article."""

    slug: str
    title: dict[str, str]
    body: dict[str, str]
    position: int
    updated_at: datetime
    version: int


class ArticleSummary(_Shown):
    """An article in a list."""

    slug: str
    title: dict[str, str]
    position: int
    updated_at: datetime
    version: int


class ArticleList(View):
    """All articles, as they are listed."""

    items: list[ArticleSummary]


class BannerView(_Shown):
    """A banner."""

    id: str
    title: dict[str, str]
    text: dict[str, str]
    href: str
    picture_id: str | None
    picture_href: str | None
    position: int
    updated_at: datetime
    version: int


class BannerList(View):
    """All banners, in their order."""

    items: list[BannerView]
