"""What each kind of page shows, in one language, and the tags of all of it.

A context holds plain values for a template: texts in the page's language, addresses, amounts as
`{"amount": 12900, "currency": "CNY"}`, None for what is not there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mall.pages import goods, structured
from mall.pages.model import DEFAULT_LOCALE, HOME, LOCALES, PERSONAL, Absent, Kind, PageId, tag
from mall.pages.questions import Shop
from mall.pages.texts import pick

Context = dict[str, Any]
_CARDS = 20
_FEW = 12
_MOST_PINNED = 6


class Showing:
    """One page in one language while it is put together; `tags` are those of everything it asked for."""

    def __init__(self, shop: Shop, page: PageId, locale: str, origin: str, shared: Context | None = None) -> None:
        self._shop, self._page, self._locale, self._origin = shop, page, locale, origin
        self._shared = shared
        self.tags: set[str] = set()

    def context(self) -> Context:
        """Everything that the page's template is given. Raises Absent."""
        own: Context = {} if self._page.kind in PERSONAL else getattr(self, f"_{self._page.kind}")()
        return self.common() | own

    def shared(self) -> Context:
        """What is the same on all pages in this language: no tag's, since a change of it renders everything."""
        return {"menu": [self._branch(node, depth=2) for node in self._shop.tree()], "help": self._articles()}

    def common(self) -> Context:
        """What every page shows."""
        home = PageId(Kind.HOME)
        paths = {locale: self._page.path(locale) for locale in LOCALES}
        alternates = [{"locale": locale, "href": self._origin + path} for locale, path in paths.items()]
        return {
            "locale": self._locale,
            "path": paths[self._locale],
            "canonical": self._origin + paths[self._locale],
            "alternates": [*alternates, {"locale": "x-default", "href": self._origin + paths[DEFAULT_LOCALE]}],
            "home": home.path(self._locale),
            "origin": self._origin,
            "indexed": self._page.listed,
            "json_ld": [],
            **(self.shared() if self._shared is None else self._shared),
        }

    # ── Kinds ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _home(self) -> Context:
        self.tags.add(HOME)
        first = self._cards(self._shop.best(self._locale, _CARDS))
        return {
            "banners": [self._banner(banner) for banner in self._shop.banners()],
            "pinned": [card for card in first if "pinned" in card["flags"]][:_MOST_PINNED],
            "new": self._cards(self._shop.newest(self._locale, _FEW)),
            "hot": [card for card in first if "pinned" not in card["flags"]][:_FEW],
            "categories": [
                self._branch(node, depth=1)
                | {"cards": self._cards(self._shop.first_of(node.id, self._locale, _MOST_PINNED)[0])}
                for node in self._shop.tree()
            ],
            "json_ld": [structured.website(self._origin, self._page.path(self._locale), self._locale)],
        }

    def _category(self) -> Context:
        category = self._shop.category(self._page.id)
        if category is None:
            raise Absent
        self.tags.add(tag("category", category.id))
        cards, following = self._shop.first_of(category.id, self._locale, _CARDS)
        breadcrumbs = self._breadcrumbs(category.path)
        return {
            "category": {"id": category.id, "name": pick(category.name, self._locale)},
            "breadcrumbs": breadcrumbs,
            "children": [self._branch(node, depth=1) for node in self._shop.children(category.id)],
            "cards": self._cards(cards),
            "next": following,
            "json_ld": [structured.breadcrumbs(self._origin, breadcrumbs)],
        }

    def _product(self) -> Context:
        product = self._shop.product(self._page.id)
        if product is None:
            raise Absent
        merchant = self._shop.merchant(product.merchant_id)
        if merchant is None:
            raise Absent
        category = self._shop.category(product.category_id)
        brand = self._brand_of(product.brand_id)
        self.tags |= {tag("product", product.id), tag("merchant", merchant.id)}
        breadcrumbs = self._breadcrumbs(category.path) if category else []
        shown = {
            "id": product.id,
            "slug": product.slug,
            "version": product.version,
            "category_id": product.category_id,
            "name": pick(product.name, self._locale),
            "summary": pick(product.summary, self._locale),
            "description": pick(product.description, self._locale),
            "flags": sorted(product.flags),
        }
        pictures = self._pictures(list(product.pictures), shown["name"])
        variants = self._pictures([sku.picture_id for sku in product.skus if sku.picture_id], shown["name"])
        by_id = {picture["id"]: picture for picture in (*pictures, *variants)}
        # What shows a value of an option is the picture of the first variant that has it.
        by_value = {
            (option, value): by_id[sku.picture_id]
            for sku in reversed(product.skus)
            for option, value in sku.options.items()
            if sku.picture_id in by_id
        }
        offer = goods.offer(product, self._shop.offers(product.id))
        return {
            "product": shown,
            "attributes": goods.attributes(product, category, self._locale),
            "options": [
                {
                    "code": option.code,
                    "name": pick(option.name, self._locale),
                    "values": [
                        {
                            "code": value.code,
                            "name": pick(value.name, self._locale),
                            "picture": by_value.get((option.code, value.code)),
                        }
                        for value in option.values
                    ],
                }
                for option in product.options
            ],
            "skus": [
                {
                    "id": sku.id,
                    "code": sku.code,
                    "options": dict(sku.options),
                    "price": goods.amount(sku.price),
                    "list_price": goods.maybe(sku.list_price),
                    "picture_id": sku.picture_id if sku.picture_id in by_id else None,
                    "picture": by_id.get(sku.picture_id),
                }
                for sku in product.skus
            ],
            "offer": offer,
            "breadcrumbs": breadcrumbs,
            "pictures": pictures,
            "merchant": self._named("merchant", merchant),
            "brand": self._named("brand", brand) if brand else None,
            "json_ld": [
                structured.product(
                    self._origin, self._page.path(self._locale), shown, offer, pictures,
                    pick(brand.name, self._locale) if brand else None, pick(merchant.name, self._locale),
                ),
                structured.breadcrumbs(self._origin, breadcrumbs),
            ],
        }  # fmt: skip

    def _merchant(self) -> Context:
        merchant = self._shop.merchant(self._page.id)
        if merchant is None:
            raise Absent
        self.tags.add(tag("merchant", merchant.id))
        name = pick(merchant.name, self._locale)
        cards, following = self._shop.first_of(merchant.id, self._locale, _CARDS)
        return {
            "merchant": {
                "id": merchant.id, "name": name, "kind": str(merchant.kind), "logo": self._picture(merchant.logo, name),
            },
            "cards": self._cards(cards),
            "next": following,
        }  # fmt: skip

    def _brand(self) -> Context:
        brand = self._brand_of(self._page.id)
        if brand is None:
            raise Absent
        name = pick(brand.name, self._locale)
        cards, following = self._shop.first_of(brand.id, self._locale, _CARDS)
        return {
            "brand": {
                "id": brand.id,
                "name": name,
                "description": pick(brand.description, self._locale),
                "logo": self._picture(brand.logo, name),
            },
            "cards": self._cards(cards),
            "next": following,
        }

    def _article(self) -> Context:
        article = self._shop.article(self._page.id)
        if article is None:
            raise Absent
        self.tags.add(tag("content", article.slug))
        return {
            "article": {
                "slug": article.slug,
                "title": pick(article.title, self._locale),
                "body": pick(article.body, self._locale),
                "updated_at": article.updated_at,
            },
            "articles": [other for other in self._articles() if other["slug"] != article.slug],
        }

    def _search(self) -> Context:
        return {}

    _missing = _offline = _search

    # ── Parts ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _branch(self, node: Any, *, depth: int) -> Context:
        """A category of the tree with those below it, so many levels deep."""
        shown = {
            "id": node.id,
            "name": pick(node.name, self._locale),
            "href": PageId(Kind.CATEGORY, node.id).path(self._locale),
        }
        if depth > 1:
            shown["children"] = [self._branch(child, depth=depth - 1) for child in node.children]
        return shown

    def _articles(self) -> list[Context]:
        return [
            {
                "slug": article.slug,
                "title": pick(article.title, self._locale),
                "href": PageId(Kind.ARTICLE, article.slug).path(self._locale),
            }
            for article in self._shop.articles()
        ]

    def _breadcrumbs(self, path: Sequence[str]) -> list[Context]:
        found = []
        for id in path:
            category = self._shop.category(id)
            if category is not None:
                self.tags.add(tag("category", id))
                href = PageId(Kind.CATEGORY, id).path(self._locale)
                found.append({"name": pick(category.name, self._locale), "href": href})
        return found

    def _cards(self, cards: Sequence[Mapping[str, Any]]) -> list[Context]:
        pictures = self._shop.pictures([card["picture_id"] for card in cards if card["picture_id"]])
        found = []
        for card in cards:
            self.tags |= {tag("product", card["id"]), tag("merchant", card["merchant"]["id"])}
            if card["brand"]:
                self.tags.add(tag("brand", card["brand"]["id"]))
            found.append(
                {
                    **card,
                    "href": PageId(Kind.PRODUCT, card["id"]).path(self._locale),
                    "picture": self._shown(card["picture_id"], pictures, card["name"]),
                }
            )
        return found

    def _brand_of(self, id: str | None) -> Any:
        brand = self._shop.brand(id) if id else None
        if brand is not None:
            self.tags.add(tag("brand", brand.id))
        return brand

    def _named(self, kind: str, thing: Any) -> Context:
        href = PageId(Kind(kind), thing.id).path(self._locale)
        return {"id": thing.id, "name": pick(thing.name, self._locale), "href": href}

    def _banner(self, banner: Any) -> Context:
        title = pick(banner.title, self._locale)
        return {
            "id": banner.id,
            "title": title,
            "text": pick(banner.text, self._locale),
            "href": banner.href,
            "picture": self._picture(banner.picture_id, title),
            "picture_href": banner.picture_href,
        }

    def _picture(self, id: str | None, alt: str) -> Context | None:
        return self._shown(id, self._shop.pictures([id] if id else []), alt)

    def _pictures(self, ids: Sequence[str], alt: str) -> list[Context]:
        found = self._shop.pictures(ids)
        return [shown for id in ids if (shown := self._shown(id, found, alt))]

    def _shown(self, id: str | None, found: Mapping[str, Any], alt: str) -> Context | None:
        if id is None:
            return None
        if id not in found:
            # It may be made yet; one that is there never changes.
            self.tags.add(tag("picture", id))
            return None
        return {**found[id], "alt": alt}
