"""What clients send and get of merchants."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field

from mall import ids
from mall.fields import LocaleKey, Logo, Slug
from mall.http import Body, View
from mall.merchants.model import Kind, Merchant, State

MerchantId = Annotated[str, Field(pattern=ids.pattern("mch", sharded=True))]
Name = Annotated[dict[LocaleKey, Annotated[str, Field(min_length=1, max_length=60)]], Field(min_length=1)]
About = dict[LocaleKey, Annotated[str, Field(max_length=500)]]


class NewMerchant(Body):
    """A merchant that comes to the mall."""

    kind: Kind
    name: Name
    slug: Slug
    about: About = Field(default_factory=dict)
    logo: Logo = ""
    trusted: bool = Field(False, description="What it submits needs no review.")
    id: MerchantId | None = Field(None, description="For a merchant whose staff was there before its record.")


class ChangedMerchant(Body):
    """What is to change; what is left out stays."""

    kind: Kind | None = None
    name: Name | None = None
    slug: Slug | None = None
    about: About | None = None
    logo: Logo | None = None
    trusted: bool | None = None


class Suspension(Body):
    """Why a merchant is suspended."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class MerchantView(View):
    """A merchant as everybody may see it."""

    id: str
    kind: Kind
    name: str
    about: str
    slug: str
    logo: str | None

    @classmethod
    def of(cls, merchant: Merchant, locale: str) -> "MerchantView":
        """The shop front of `merchant` for readers of `locale`."""
        return cls(
            id=merchant.id,
            kind=merchant.kind,
            name=_picked(merchant.name, locale),
            about=_picked(merchant.about, locale),
            slug=merchant.slug,
            logo=merchant.logo or None,
        )


class MerchantRecord(View):
    """A merchant as the platform's staff sees it."""

    id: str
    kind: Kind
    name: dict[str, str]
    about: dict[str, str]
    slug: str
    logo: str | None
    state: State
    reason: str
    trusted: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, merchant: Merchant) -> "MerchantRecord":
        """The whole record."""
        return cls(
            id=merchant.id,
            kind=merchant.kind,
            name=dict(merchant.name),
            about=dict(merchant.about),
            slug=merchant.slug,
            logo=merchant.logo or None,
            state=merchant.state,
            reason=merchant.reason,
            trusted=merchant.trusted,
            created_at=merchant.created_at,
            version=merchant.version,
        )


class MerchantList(View):
    """A page of the merchants in the order in which they came, and the cursor of the next."""

    items: list[MerchantRecord]
    next: str | None


def _picked(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale) or next(iter(texts.values()), "")
