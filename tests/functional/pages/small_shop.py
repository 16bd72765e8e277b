"""A small shop that answers what pages ask: one category below another, a merchant, a brand, products."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mall import ids
from mall.money import Money
from mall.pages.model import Kind, PageId

TEMPLATES = Path(__file__).with_name("templates")
ORIGIN = "https://mall.example"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
_ULID = "01KAQ3Z5J8M0T1V2W3X4Y5Z6"
TEAS, GREEN, WEST_LAKE = f"cat_{_ULID}A0", f"cat_{_ULID}A1", f"cat_{_ULID}A2"
MERCHANT, BRAND = f"mch_{_ULID}B003", f"brd_{_ULID}C0"
LONGJING, BILUOCHUN = f"prd_{_ULID}D0", f"prd_{_ULID}D1"
PICTURE = f"pic_{'0' * 31}1"


def both(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}


def product(id: str, name: Mapping[str, str], **changes: Any) -> SimpleNamespace:
    """A product with two variants, as the catalog has it."""
    given: dict[str, Any] = {
        "id": id,
        "merchant_id": MERCHANT,
        "category_id": GREEN,
        "brand_id": BRAND,
        "version": 1,
        "slug": "tea",
        "name": name,
        "summary": both("明前采摘", "Picked before Qingming"),
        "description": both("<p>清香</p>", "<p>Fresh</p>"),
        "attributes": {"origin": "hangzhou", "weight": 250},
        "options": [
            SimpleNamespace(
                code="size",
                name=both("规格", "Size"),
                values=[
                    SimpleNamespace(code="s", name=both("小", "Small")),
                    SimpleNamespace(code="l", name=both("大", "Large")),
                ],
            )
        ],
        "skus": [
            SimpleNamespace(
                id=f"sku_{id[4:]}{size}",
                code=f"T-{size}",
                options={"size": size},
                price=Money(cents),
                list_price=None,
                picture_id=None,
            )
            for size, cents in (("s", 12900), ("l", 25900))
        ],
        "pictures": [PICTURE],
        "flags": {},
    }
    return SimpleNamespace(**given | changes)


@dataclass
class SmallShop:
    """Everything can be changed by who tests; `asked` is how often something was asked for."""

    products: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    merchants: dict[str, Any] = field(default_factory=dict)
    brands: dict[str, Any] = field(default_factory=dict)
    categories: dict[str, Any] = field(default_factory=dict)
    ready: dict[str, Any] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=dict)
    hung: list[Any] = field(default_factory=list)
    stock: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    @classmethod
    def open(cls) -> "SmallShop":
        shop = cls()
        origin = SimpleNamespace(
            code="origin",
            name=both("产地", "Origin"),
            unit=None,
            values=[SimpleNamespace(code="hangzhou", name=both("杭州", "Hangzhou"))],
        )
        weight = SimpleNamespace(code="weight", name=both("净含量", "Weight"), unit="g", values=[])
        names = {TEAS: both("茶", "Teas"), GREEN: both("绿茶", "Green teas"), WEST_LAKE: both("西湖", "West Lake")}
        for depth, (id, name) in enumerate(names.items(), 1):
            path = list(names)[:depth]
            shop.categories[id] = SimpleNamespace(id=id, name=name, path=path, attributes=[origin, weight])
        shop.merchants[MERCHANT] = SimpleNamespace(
            id=MERCHANT, name=both("西湖茶庄", "West Lake Tea"), kind="self", logo=None
        )
        shop.brands[BRAND] = SimpleNamespace(id=BRAND, name=both("狮峰", "Lion Peak"), description={}, logo=PICTURE)
        shop.ready[PICTURE] = {
            "id": PICTURE,
            "width": 1080,
            "height": 810,
            "blur": "data:image/webp;base64,AA==",
            "src": f"/media/p/{PICTURE}/480.jpg",
            "renditions": [
                {"width": width, "height": width * 3 // 4, "ext": ext, "href": f"/media/p/{PICTURE}/{width}.{ext}"}
                for ext in ("jpg", "webp")
                for width in (1080, 480, 160)
            ],
        }
        shop.sell(product(LONGJING, both("西湖龙井", "Longjing")))
        return shop

    def sell(self, *some: Any) -> None:
        for one in some:
            self.products[one.id] = one
            for place in ("all", TEAS, GREEN, one.merchant_id, one.brand_id):
                self.lists.setdefault(place, [])
                if one.id not in self.lists[place]:
                    self.lists[place].insert(0, one.id)

    def take_down(self, id: str) -> None:
        del self.products[id]
        for listed in self.lists.values():
            if id in listed:
                listed.remove(id)

    # ── What pages ask ──────────────────────────────────────────────────────────────────────────────────────────────

    def prepare(self, pages: Sequence[PageId]) -> None:
        self.asked += 1

    def product(self, id: str) -> Any:
        self.asked += 1
        return self.products.get(id)

    def offers(self, product_id: str) -> Mapping[str, Any]:
        return {
            sku.id: SimpleNamespace(price=sku.price, list_price=None, state=self.stock.get(sku.id, "in_stock"))
            for sku in self.products[product_id].skus
        }

    def category(self, id: str) -> Any:
        return self.categories.get(id)

    def tree(self) -> Sequence[Any]:
        return [self._node(category) for category in self.categories.values() if len(category.path) == 1]

    def children(self, category_id: str) -> Sequence[Any]:
        return [
            self._node(category)
            for category in self.categories.values()
            if len(category.path) > 1 and category.path[-2] == category_id
        ]

    def merchant(self, id: str) -> Any:
        return self.merchants.get(id)

    def brand(self, id: str) -> Any:
        return self.brands.get(id)

    def pictures(self, ids: Sequence[str]) -> Mapping[str, Any]:
        return {id: self.ready[id] for id in ids if id in self.ready}

    def first_of(self, place: str, locale: str, limit: int) -> tuple[Sequence[Any], str | None]:
        found = self.lists.get(place, [])
        return [self._card(id, locale) for id in found[:limit]], "next" if len(found) > limit else None

    def best(self, locale: str, limit: int) -> Sequence[Any]:
        return self.first_of("all", locale, limit)[0]

    newest = best

    def article(self, slug: str) -> Any:
        return self.written.get(slug)

    def articles(self) -> Sequence[Any]:
        return list(self.written.values())

    def banners(self) -> Sequence[Any]:
        return self.hung

    def pages(self) -> Iterator[PageId]:
        yield from (PageId(Kind.CATEGORY, id) for id in self.categories)
        yield from (PageId(Kind.MERCHANT, id) for id in self.merchants)
        yield from (PageId(Kind.BRAND, id) for id in self.brands)
        yield from (PageId(Kind.ARTICLE, slug) for slug in self.written)
        yield from (PageId(Kind.PRODUCT, id) for id in self.products)

    def _node(self, category: Any) -> Any:
        return SimpleNamespace(id=category.id, name=category.name, children=self.children(category.id))

    def _card(self, id: str, locale: str) -> dict[str, Any]:
        one = self.products[id]
        merchant, brand = self.merchants[one.merchant_id], self.brands[one.brand_id]
        prices = sorted(sku.price.cents for sku in one.skus)
        return {
            "id": id,
            "slug": one.slug,
            "name": one.name[locale],
            "price": {
                "from": {"amount": prices[0], "currency": "CNY"},
                "to": {"amount": prices[-1], "currency": "CNY"},
            },
            "list_price": None,
            "picture_id": one.pictures[0],
            "merchant": {"id": merchant.id, "name": merchant.name[locale]},
            "brand": {"id": brand.id, "name": brand.name[locale]},
            "flags": sorted(one.flags),
            "stock_state": "in_stock",
            "rating": None,
        }


def new_product(name: str = "Tea", **changes: Any) -> SimpleNamespace:
    """Another product."""
    return product(ids.new("prd"), both(name, name), **changes)
