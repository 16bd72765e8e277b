"""What happened, as pages see it: which things changed, and which lists of things."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mall.events import Event
from mall.pages.model import HOME, Kind, PageId, tag
from mall.pages.questions import Shop

# Seconds between a change and its pages, in which further changes are taken along.
SOON = 2
# Stock moves all the time, and a page asks for the present one; only search engines read what the file says.
STOCK_SOON = 30
# After one change of the categories that every page shows, more are likely to come.
MENU_SOON = 30


@dataclass(frozen=True, slots=True)
class Change:
    """Who shows one of `tags`, and `pages`, are rendered after `delay` seconds; `lists` may list something else now."""

    tags: frozenset[str] = frozenset()
    pages: frozenset[PageId] = frozenset()
    lists: frozenset[PageId] = frozenset()
    delay: int = SOON
    everything: bool = False
    """Every page shows it, so all follow after a while."""


def change_of(event: Event, shop: Shop) -> Change:
    """What an event changes on pages; nothing for one that no page follows."""
    react = _REACTIONS.get(event.name)
    return react(event.data, shop) if react else Change()


def _product(data: Mapping[str, Any], shop: Shop) -> Change:
    id = data["product_id"]
    lists = {
        PageId(Kind.HOME),
        PageId(Kind.MERCHANT, data["merchant_id"]),
        *_of(Kind.CATEGORY, _path(data["category_id"], shop)),
    }
    if data.get("brand_id"):
        lists.add(PageId(Kind.BRAND, data["brand_id"]))
    # What was never on sale before is on no page yet, so there is nobody to look for.
    tags = frozenset[str]() if data.get("first") else frozenset({tag("product", id)})
    return Change(tags, frozenset({PageId(Kind.PRODUCT, id)}), frozenset(lists))


def _offer(data: Mapping[str, Any], shop: Shop) -> Change:
    delay = SOON if "price" in data["what"] else STOCK_SOON
    return Change(frozenset({tag("product", data["product_id"])}), delay=delay)


def _flags(data: Mapping[str, Any], shop: Shop) -> Change:
    id = data["product_id"]
    product = shop.product(id)
    lists = _of(Kind.CATEGORY, _path(product.category_id, shop)) if product else []
    return Change(frozenset({tag("product", id)}), lists=frozenset({PageId(Kind.HOME), *lists}))


def _category(data: Mapping[str, Any], shop: Shop) -> Change:
    id = data["category_id"]
    pages = {PageId(Kind.CATEGORY, id), *_of(Kind.CATEGORY, filter(None, [data.get("parent_id")]))}
    # Every page has a menu of the two uppermost levels.
    if len(_path(id, shop)) <= 2:
        return Change(frozenset({tag("category", id)}), frozenset(pages), everything=True)
    return Change(frozenset({tag("category", id)}), frozenset(pages))


def _brand(data: Mapping[str, Any], shop: Shop) -> Change:
    id = data["brand_id"]
    return Change(frozenset({tag("brand", id)}), lists=frozenset({PageId(Kind.BRAND, id)}))


def _merchant(data: Mapping[str, Any], shop: Shop) -> Change:
    id = data["merchant_id"]
    return Change(frozenset({tag("merchant", id)}), lists=frozenset({PageId(Kind.MERCHANT, id)}))


def _picture(data: Mapping[str, Any], shop: Shop) -> Change:
    return Change(frozenset({tag("picture", data["picture_id"])}))


def _content(data: Mapping[str, Any], shop: Shop) -> Change:
    if data["kind"] == "banner":
        return Change(frozenset({HOME}), frozenset({PageId(Kind.HOME)}))
    # Every page lists the articles.
    pages = frozenset({PageId(Kind.ARTICLE, data["id"])})
    return Change(frozenset({tag("content", data["id"])}), pages, everything=data["listing"])


def _path(category_id: str, shop: Shop) -> Sequence[str]:
    category = shop.category(category_id)
    return category.path if category else [category_id]


def _of(kind: Kind, ids: Iterable[str]) -> list[PageId]:
    return [PageId(kind, id) for id in ids]


_REACTIONS: Mapping[str, Callable[[Mapping[str, Any], Shop], Change]] = {
    "catalog.ProductPublished": _product,
    "catalog.ProductTakenDown": _product,
    "catalog.OfferChanged": _offer,
    "catalog.FlagsChanged": _flags,
    "catalog.CategoryChanged": _category,
    "catalog.BrandChanged": _brand,
    "merchants.MerchantChanged": _merchant,
    "images.PictureReady": _picture,
    "content.ContentChanged": _content,
}
FOLLOWED = tuple(_REACTIONS)
"""The names of the news that pages follow."""
