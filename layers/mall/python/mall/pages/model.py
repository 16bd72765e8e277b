"""What a page is, where it is found, and what it depends on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mall import errors

LOCALES = ("zh-CN", "en")
DEFAULT_LOCALE = LOCALES[0]
_FOLDER = {"zh-CN": "", "en": "/en"}
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
# The tag of what the home page alone shows.
HOME = "home"


class NotAPage(errors.Invalid):
    message = "This is not a page, as 'home' or 'product:prd_…' is."


class NotATag(errors.Invalid):
    message = "This is not a tag, as 'home' or 'product:prd_…' is."


class NoSuchPage(errors.NotFound):
    message = "This page was never published."


class NoSuchRebuild(errors.NotFound):
    message = "There is no such rebuild."


class Absent(Exception):
    """What a page is about does not exist, or the public may not see it (any more)."""


class Kind(StrEnum):
    """What a page is about."""

    HOME = "home"
    CATEGORY = "category"
    PRODUCT = "product"
    MERCHANT = "merchant"
    BRAND = "brand"
    ARTICLE = "article"
    SEARCH = "search"
    MISSING = "missing"
    OFFLINE = "offline"
    # About the visitor: the page is the same for everybody, and its scripts bring what is the visitor's own.
    SIGN_IN = "sign-in"
    REGISTER = "register"
    FORGOT = "forgot"
    ACCOUNT = "account"
    SECURITY = "security"
    ADDRESSES = "addresses"
    FAVOURITES = "favourites"
    HISTORY = "history"
    WALLET = "wallet"
    CART = "cart"
    CHECKOUT = "checkout"
    PAY = "pay"
    RESULT = "result"
    ORDERS = "orders"
    ORDER = "order"
    # Not for people: sitemap.xml with its parts, and robots.txt.
    SITEMAP = "sitemap"
    # Every page there is: to publish it is to publish all of them. It has no address.
    ALL = "all"


_ADDRESS = {
    Kind.HOME: "/",
    Kind.CATEGORY: "/c/{}/",
    Kind.PRODUCT: "/p/{}/",
    Kind.MERCHANT: "/m/{}/",
    Kind.BRAND: "/b/{}/",
    Kind.ARTICLE: "/help/{}/",
    Kind.SEARCH: "/search/",
    Kind.MISSING: "/404.html",
    Kind.OFFLINE: "/offline.html",
    Kind.SIGN_IN: "/sign-in/",
    Kind.REGISTER: "/register/",
    Kind.FORGOT: "/forgot/",
    Kind.ACCOUNT: "/account/",
    Kind.SECURITY: "/account/security/",
    Kind.ADDRESSES: "/account/addresses/",
    Kind.FAVOURITES: "/account/favourites/",
    Kind.HISTORY: "/account/history/",
    Kind.WALLET: "/wallet/",
    Kind.CART: "/cart/",
    Kind.CHECKOUT: "/checkout/",
    Kind.PAY: "/pay/",
    Kind.RESULT: "/result/",
    Kind.ORDERS: "/orders/",
    Kind.ORDER: "/order/",
    Kind.SITEMAP: "/sitemap.xml",
    Kind.ALL: "",
}
SINGLE = frozenset(kind for kind, address in _ADDRESS.items() if "{}" not in address)
# What search engines are told of, and what they may show.
LISTED = frozenset({Kind.HOME, Kind.CATEGORY, Kind.PRODUCT, Kind.MERCHANT, Kind.BRAND, Kind.ARTICLE})


@dataclass(frozen=True, slots=True, order=True)
class PageId:
    """A page in all languages: `PageId(Kind.PRODUCT, "prd_…")`, in text `product:prd_…`; `home` is of one kind."""

    kind: Kind
    id: str = ""

    @classmethod
    def of(cls, text: str) -> "PageId":
        """The page that `text` names. Raises NotAPage."""
        name, _, id = text.partition(":")
        if name not in set(Kind):
            raise NotAPage
        kind = Kind(name)
        if (kind in SINGLE) == bool(id) or (id and not _ID.fullmatch(id)):
            raise NotAPage
        return cls(kind, id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    def path(self, locale: str) -> str:
        """Its address in a language: `/p/prd_…/`, `/en/p/prd_…/`."""
        return _FOLDER[locale] + _ADDRESS[self.kind].format(self.id)

    @property
    def listed(self) -> bool:
        """Whether search engines are told of it."""
        return self.kind in LISTED


ALL = PageId(Kind.ALL)
# What every mall has, whatever it sells.
STANDING = tuple(PageId(kind) for kind in Kind if kind in SINGLE and kind is not Kind.ALL)
# What shows each visitor their own.
PERSONAL = frozenset(SINGLE - LISTED - {Kind.SEARCH, Kind.MISSING, Kind.OFFLINE, Kind.SITEMAP, Kind.ALL})


def tag(kind: str, id: str) -> str:
    """The tag of a thing: `product:prd_…`."""
    return f"{kind}:{id}"


def check_tag(text: str) -> str:
    """`text`, if it can be a tag. Raises NotATag."""
    kind, _, id = text.partition(":")
    if text != HOME and not (kind in _TAGGED and _ID.fullmatch(id)):
        raise NotATag
    return text


_TAGGED = {"product", "category", "merchant", "brand", "picture", "content"}


def key_of(path: str) -> str:
    """The key in the bucket of what is at `path`."""
    return path.lstrip("/") + ("index.html" if path.endswith("/") else "")


@dataclass(frozen=True, slots=True)
class File:
    """What is to be found at an address, and with which status it is answered."""

    path: str
    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as it should be: its files, and the tags of all that they show. `gone`: they only say that it was."""

    files: tuple[File, ...]
    tags: frozenset[str] = frozenset()
    gone: bool = False


class State(StrEnum):
    """What is at a page's addresses."""

    LIVE = "live"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Page:
    """What is published: since when, in which version, the digest of each file, and the tags of what it shows."""

    id: PageId
    state: State | None = None
    version: int = 0
    published_at: datetime | None = None
    checked_at: datetime | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How far a rebuild of all pages has come; `total` is unknown until all pages are found."""

    id: str
    started_at: datetime
    total: int | None = None
    done: int = 0
    failed: int = 0

    @property
    def finished(self) -> bool:
        """Whether every page has been tried."""
        return self.total is not None and self.done + self.failed >= self.total
