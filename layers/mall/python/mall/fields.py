"""Fields and queries that schemas of several subsystems have in common."""

from typing import Annotated, Literal

from pydantic import Field

from mall.http import Body

Locale = Literal["zh-CN", "en"]
LocaleKey = Annotated[str, Field(pattern=r"^(zh-CN|en)$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
PictureId = Annotated[str, Field(pattern=r"^pic_[0-9a-f]{32}$")]
Logo = Annotated[str, Field(pattern=r"^(pic_[0-9a-f]{32})?$", description="A picture's id; empty for none.")]


class LocaleQuery(Body):
    """In which language."""

    locale: Locale = "zh-CN"
