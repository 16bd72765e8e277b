"""The demonstration's goods as a shop that pages can be rendered from, without a store; see `mall.pages.questions`."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image, ImageFilter

from infra.local.demo import drawings
from infra.local.demo.goods import BRANDS, CATEGORIES, SHOPS, Attribute, Category, Good, goods
from mall.catalog import cards
from mall.money import Money
from mall.pages.model import STANDING, Kind, PageId

NOW = datetime(2030, 1, 5, 12, tzinfo=UTC)
UNTIL = datetime(2030, 2, 1, tzinfo=UTC)
SIZES = (1080, 480, 160)
BANNERS = ("celadon", "sand", "rose")
# Every third of the demonstration's goods shows everything there is to show, in a third of the time.
EVERY = 3
# A page of a list holds so few here, so that some lists go on.
MOST = 5


@dataclass
class Catalogue:
    """What is on sale; `media` is the folder that pictures are drawn into."""

    media: Path
    _pictures: dict[str, dict[str, Any]] = field(default_factory=dict)

    # ── What the pages ask ──────────────────────────────────────────────────────────────────────────────────────────

    def prepare(self, pages: Sequence[PageId]) -> None:
        """Everything is at hand."""

    def product(self, id: str) -> Any:
        return self.products.get(id)

    def offers(self, product_id: str) -> Mapping[str, Any]:
        return {sku.id: sku.offer for sku in self.products[product_id].skus}

    def category(self, id: str) -> Any:
        return self.categories.get(id)

    def tree(self) -> Sequence[Any]:
        return [self.categories[f"cat_{category.key}"] for category in CATEGORIES]

    def children(self, category_id: str) -> Sequence[Any]:
        found: Sequence[Any] = self.categories[category_id].children
        return found

    def merchant(self, id: str) -> Any:
        return self.merchants.get(id)

    def brand(self, id: str) -> Any:
        return self.brands.get(id)

    def pictures(self, ids: Sequence[str]) -> Mapping[str, dict[str, Any]]:
        return {id: self._pictures[id] for id in ids if id in self._pictures}

    def first_of(self, place: str, locale: str, limit: int) -> tuple[Sequence[dict[str, Any]], str | None]:
        found, limit = self.cards_of(place, locale), min(limit, MOST)
        return found[:limit], str(limit) if len(found) > limit else None

    def best(self, locale: str, limit: int) -> Sequence[dict[str, Any]]:
        return sorted(self.all_cards(locale), key=lambda card: "pinned" not in card["flags"])[:limit]

    def newest(self, locale: str, limit: int) -> Sequence[dict[str, Any]]:
        return self.all_cards(locale)[::-1][:limit]

    def article(self, slug: str) -> Any:
        return next((article for article in self.articles() if article.slug == slug), None)

    def articles(self) -> Sequence[Any]:
        return [SimpleNamespace(slug=slug, title=title, body=_BODY, updated_at=NOW) for slug, title in _ARTICLES]

    def banners(self) -> Sequence[Any]:
        return [
            SimpleNamespace(
                id=f"ban_{number}", title=title, text=text, href=f"/c/{category}/", picture_href=None,
                picture_id=f"pic_banner-{BANNERS[number]}",
            )
            for number, (title, text, category) in enumerate(_BANNERS)
        ]  # fmt: skip

    def pages(self) -> Iterator[PageId]:
        yield from (page for page in STANDING if page.kind is not Kind.SITEMAP)
        for kind, things in (
            (Kind.PRODUCT, self.products), (Kind.CATEGORY, self.categories),
            (Kind.MERCHANT, self.merchants), (Kind.BRAND, self.brands),
        ):  # fmt: skip
            yield from (PageId(kind, id) for id in things)
        yield from (PageId(Kind.ARTICLE, article.slug) for article in self.articles())

    # ── What there is ───────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def products(self) -> dict[str, Any]:
        found = [_product(number, good) for number, good in enumerate(goods(), 1) if number % EVERY == 1]
        return {product.id: product for product in found}

    @cached_property
    def categories(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for category in CATEGORIES:
            _grow(category, [], (), found)
        return found

    @cached_property
    def merchants(self) -> dict[str, Any]:
        return {
            f"mch_{shop.key}": SimpleNamespace(id=f"mch_{shop.key}", kind=shop.kind, name=shop.name, logo=None)
            for shop in SHOPS
        }

    @cached_property
    def brands(self) -> dict[str, Any]:
        said = {"zh-CN": "用得久的日常好物。", "en": "Everyday things that last."}
        return {
            f"brd_{key}": SimpleNamespace(id=f"brd_{key}", name=name, logo=None, description=said)
            for key, name in BRANDS.items()
        }

    def all_cards(self, locale: str) -> list[dict[str, Any]]:
        return [cards.shown(self._card(product), locale, NOW) for product in self.products.values()]

    def cards_of(self, place: str, locale: str) -> list[dict[str, Any]]:
        """The cards of a category with all below it, a brand or a merchant."""
        return [
            cards.shown(self._card(product), locale, NOW)
            for product in self.products.values()
            if place in (product.merchant_id, product.brand_id, *self.categories[product.category_id].path)
        ]

    def _card(self, product: Any) -> cards.Card:
        offers = [sku.offer for sku in product.skus]
        prices = [offer.price for offer in offers]
        states = {offer.state for offer in offers}
        brand = self.brand(product.brand_id)
        return cards.compose(
            product.id,
            slug=product.slug,
            name=product.name,
            prices=(min(prices), max(prices)),
            list_price=min(offers, key=lambda offer: offer.price.cents).list_price,
            picture_id=product.pictures[0],
            merchant=(product.merchant_id, self.merchants[product.merchant_id].name),
            brand=(brand.id, brand.name) if brand else None,
            flags=product.flags,
            stock_state=next((state for state in ("in_stock", "low") if state in states), "out"),
        )

    # ── Pictures ────────────────────────────────────────────────────────────────────────────────────────────────────

    def draw(self) -> None:
        """Draw every picture into the folder, in the sizes that the mall makes."""
        wanted = {id for product in self.products.values() for id in product.pictures}
        for id in sorted(wanted):
            shape, colour = id.removeprefix("pic_").rsplit("-", 1)
            self._pictures[id] = self._renditions(id, drawings.draw(shape, colour))
        for colour in BANNERS:
            id = f"pic_banner-{colour}"
            self._pictures[id] = self._renditions(id, drawings.banner(colour))

    def _renditions(self, id: str, file: bytes) -> dict[str, Any]:
        original = Image.open(io.BytesIO(file)).convert("RGB")
        folder = self.media / "p" / id
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        for size in SIZES:
            picture = original.copy()
            picture.thumbnail((size, size))
            for extension, quality in (("jpg", 80), ("webp", 72)):
                picture.save(folder / f"{size}.{extension}", quality=quality)
                href = f"/media/p/{id}/{size}.{extension}"
                made.append({"width": picture.width, "height": picture.height, "ext": extension, "href": href})
        blur = io.BytesIO()
        original.filter(ImageFilter.GaussianBlur(8)).resize((16, 16)).save(blur, "WEBP", quality=30)
        largest = made[0]
        return {
            "id": id, "width": largest["width"], "height": largest["height"], "renditions": made,
            "blur": "data:image/webp;base64," + base64.b64encode(blur.getvalue()).decode(),
            "src": f"/media/p/{id}/480.jpg",
        }  # fmt: skip


def _grow(category: Category, path: list[str], inherited: tuple[Attribute, ...], found: dict[str, Any]) -> Any:
    """Take a category and all below it into `found`."""
    id = f"cat_{category.key}"
    known = (*inherited, *category.attributes)
    attributes = [
        SimpleNamespace(
            code=one.code, name=one.name, unit=one.unit,
            values=[SimpleNamespace(code=code, name={"zh-CN": zh, "en": en}) for code, zh, en in one.values],
        )
        for one in known
    ]  # fmt: skip
    found[id] = node = SimpleNamespace(id=id, name=category.name, path=[*path, id], attributes=attributes, children=[])
    node.children = [_grow(child, node.path, known, found) for child in category.children]
    return node


def _product(number: int, good: Good) -> Any:
    document = good.document
    options = _options(document)
    skus = [
        SimpleNamespace(
            id=f"sku_{number:03d}-{position}",
            code=sku["code"],
            options=sku["options"],
            price=_money(sku["price"]),
            list_price=_money(sku["list_price"]) if "list_price" in sku else None,
            picture_id=_picture(sku["picture"]) if "picture" in sku else None,
            offer=SimpleNamespace(
                price=_money(sku["price"]),
                list_price=_money(sku["list_price"]) if "list_price" in sku else None,
                state="out" if sku["stock"] == 0 else "low" if sku["stock"] <= 5 else "in_stock",
            ),
        )
        for position, sku in enumerate(document["skus"])
    ]
    flag = {0: "pinned", 1: "new", 2: "hot"}.get(number // EVERY % 5)
    return SimpleNamespace(
        id=f"prd_{number:03d}", merchant_id=f"mch_{good.shop}", category_id=f"cat_{document['category']}",
        brand_id=f"brd_{document['brand']}" if "brand" in document else None, slug="", version=1,
        name=document["name"], summary=document["summary"], description=document["description"],
        attributes=document["attributes"], options=options, skus=skus, flags={flag: UNTIL} if flag else {},
        pictures=[_picture(file) for file in document["pictures"]],
    )  # fmt: skip


def _options(document: dict[str, Any]) -> list[Any]:
    known: dict[str, Attribute] = {}

    def learn(categories: Sequence[Category]) -> None:
        for category in categories:
            known.update({attribute.code: attribute for attribute in category.attributes})
            learn(category.children)

    learn(CATEGORIES)
    used: dict[str, dict[str, None]] = {}
    for sku in document["skus"]:
        for code, value in sku["options"].items():
            used.setdefault(code, {})[value] = None
    names = {code: {value: {"zh-CN": zh, "en": en} for value, zh, en in known[code].values} for code in used}
    return [
        SimpleNamespace(
            code=code,
            name=known[code].name,
            values=[SimpleNamespace(code=value, name=names[code][value]) for value in values],
        )
        for code, values in used.items()
    ]


def _money(text: str) -> Money:
    return Money(int(text.replace(".", "")), "CNY")


def _picture(file: str) -> str:
    return f"pic_{file.removesuffix('.jpg')}"


_BODY = {
    "zh-CN": "<p>在工作日下午四点前付款的订单,当天发出。</p><h2>送到哪里</h2>"
    "<ul><li>全国包邮</li><li>偏远地区多两天</li></ul>",
    "en": "<p>Orders paid before four on a working day leave the same day.</p><h2>Where to</h2>"
    "<ul><li>Free everywhere in the country</li><li>Two days more to remote places</li></ul>",
}
_ARTICLES = (
    ("delivery", {"zh-CN": "配送说明", "en": "Delivery"}),
    ("returns", {"zh-CN": "退换货", "en": "Returns"}),
    ("privacy", {"zh-CN": "隐私", "en": "Privacy"}),
)
_BANNERS = (
    ({"zh-CN": "春茶到店", "en": "The spring teas are here"},
     {"zh-CN": "明前采摘,手工炒制。", "en": "Picked before Qingming, pan-fired by hand."}, "cat_tea"),
    ({"zh-CN": "去山里住一晚", "en": "A night in the hills"},
     {"zh-CN": "帐篷、营地灯和装得下的背包。", "en": "Tents, lanterns, and a pack that holds them."}, "cat_outdoors"),
    ({"zh-CN": "把家收拾得舒服些", "en": "A softer home"},
     {"zh-CN": "毯子、靠垫与一盏暖灯。", "en": "Blankets, cushions and a warm lamp."}, "cat_home"),
)  # fmt: skip
