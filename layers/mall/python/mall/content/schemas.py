"""What the back office sends and gets of articles and banners."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from mall import errors
from mall.content.model import Article, Banner
from mall.http import Body, View

Locale = Literal["zh-CN", "en"]
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


class ArticleView(View):
    """An article."""

    slug: str
    title: dict[str, str]
    body: dict[str, str]
    position: int
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, article: Article) -> "ArticleView":
        """The view of `article`."""
        return cls(
            slug=article.slug,
            title=dict(article.title),
            body=dict(article.body),
            position=article.position,
            updated_at=article.updated_at,
            version=article.version,
        )


class ArticleSummary(View):
    """An article in a list."""

    slug: str
    title: dict[str, str]
    position: int
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, article: Article) -> "ArticleSummary":
        """The line of `article`."""
        return cls(
            slug=article.slug,
            title=dict(article.title),
            position=article.position,
            updated_at=article.updated_at,
            version=article.version,
        )


class ArticleList(View):
    """All articles, as they are listed."""

    items: list[ArticleSummary]


class BannerView(View):
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

    @classmethod
    def of(cls, banner: Banner) -> "BannerView":
        """The view of `banner`."""
        return cls(
            id=banner.id,
            title=dict(banner.title),
            text=dict(banner.text),
            href=banner.href,
            picture_id=banner.picture_id,
            picture_href=banner.picture_href,
            position=banner.position,
            updated_at=banner.updated_at,
            version=banner.version,
        )


class BannerList(View):
    """All banners, in their order."""

    items: list[BannerView]
