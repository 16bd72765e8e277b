"""What the API answers about the fixture's goods, in the shapes of the API's own schemas."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from mall.catalog.detail.schemas import ProductView
from mall.catalog.offers.schemas import OfferView
from mall.search.finding.schemas import CardList, SearchResult
from mall.search.suggestions.schemas import SuggestionList
from tests.browser.fixtures import NOW, Catalogue

Query = Mapping[str, str]
_SORTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "price": lambda card: card["price"]["from"]["amount"],
    "-price": lambda card: -card["price"]["from"]["amount"],
    "sales": lambda card: card["name"],
    "new": lambda card: tuple(-ord(letter) for letter in card["id"]),
}
HOT = ("茶", "背包", "耳机")


class Answers:
    """Answers by path; `asked` holds every path that was asked for, with its query."""

    def __init__(self, shop: Catalogue) -> None:
        self._shop = shop
        self.asked: list[tuple[str, Query]] = []
        self.told: list[tuple[str, Any]] = []
        """What pages posted, by path."""
        self.offers: dict[str, dict[str, Any]] = {}
        self.broken: set[str] = set()
        """Paths that fail for now."""
        self.page_size = 20
        """How many a page of a list holds, whatever was asked for."""

    def reset(self) -> None:
        """As in the beginning."""
        self.asked.clear()
        self.told.clear()
        self.offers.clear()
        self.broken.clear()
        self.page_size = 20

    def answer(self, path: str, query: Query) -> tuple[int, dict[str, Any]]:
        """The status and the JSON for a GET."""
        self.asked.append((path, query))
        if path in self.broken:
            return 503, {"Code": "Unavailable", "Message": "Try again later."}
        found = self._found(path.removeprefix("/api/").split("/"), query)
        code = "NoSuchMerchant" if path.startswith("/api/merchants/") else "NoSuchProduct"
        return (200, found) if found else (404, {"Code": code, "Message": "There is no such thing."})

    def _found(self, path: list[str], query: Query) -> dict[str, Any] | None:  # noqa: PLR0911  (one answer each)
        match path:
            case ["search"]:
                return self._search(query)
            case ["search", "suggestions"]:
                return self._suggestions(query["q"])
            case ["search", "hot"]:
                return {"items": [{"text": text} for text in HOT]}
            case ["categories", place, "products"]:
                found = self._shop.cards_of(place, query.get("locale", "zh-CN"))
                return _dumped(CardList.model_validate(self._paged(found, query)))
            case ["products", id, "offer"] if id in self._shop.products:
                return self._offer(id)
            case ["products", id] if id in self._shop.products:
                return self._product(id, query.get("locale", "zh-CN"))
            case ["merchants", id] if id in self._shop.merchants:
                name = self._shop.merchants[id].name[query.get("locale", "zh-CN")]
                return {"id": id, "kind": "self", "name": name, "about": "", "slug": id, "logo": None}
        return None

    def _search(self, query: Query) -> dict[str, Any]:
        locale = query.get("locale", "zh-CN")
        text, corrected = query.get("q", "").lower(), None
        matching = [card for card in self._shop.all_cards(locale) if text in card["name"].lower()]
        if text == "teh":
            corrected, matching = (
                "tea",
                [card for card in self._shop.all_cards(locale) if "tea" in card["name"].lower()],
            )
        facets, kept = [], matching
        chosen = {
            name.removeprefix("attr."): value.split(",")
            for name, value in query.items()
            if name in ("brand", "merchant", "category") or name.startswith("attr.")
        }
        values = {card["id"]: self._values(card, locale) for card in matching}
        for code, wanted in chosen.items():
            kept = [card for card in kept if {one for one, _ in values[card["id"]].get(code, [])} & set(wanted)]
        low, high = int(query.get("price_min", 0)), int(query.get("price_max", 10**9))
        kept = [card for card in kept if low <= card["price"]["from"]["amount"] <= high]
        for code in dict.fromkeys(code for card in matching for code in values[card["id"]]):
            counted = Counter(value for card in kept for value in values[card["id"]].get(code, []))
            kind = code if code in ("brand", "merchant", "category") else "enum"
            shown = [
                {"value": value, "name": name, "count": count, "selected": value in chosen.get(code, [])}
                for (value, name), count in counted.most_common()
            ]
            facets.append({"code": code, "name": _TITLES.get(code, code), "kind": kind, "values": shown})
        if order := _SORTS.get(query.get("sort", "")):
            kept = sorted(kept, key=order)
        result = self._paged(kept, query) | {"facets": [] if "after" in query else facets, "corrected": corrected}
        if "after" not in query:
            prices = [card["price"]["from"] for card in matching]
            by_amount = sorted(prices, key=lambda price: price["amount"])
            result |= {"total": len(kept)}
            result |= {"price_range": {"from": by_amount[0], "to": by_amount[-1]}} if by_amount else {}
        return _dumped(SearchResult.model_validate(result))

    def _values(self, card: dict[str, Any], locale: str) -> dict[str, list[tuple[str, str]]]:
        """The values of a product for each facet, with their names."""
        product = self._shop.products[card["id"]]
        found = {
            "category": [
                (id, self._shop.categories[id].name[locale]) for id in self._shop.categories[product.category_id].path
            ],
            "merchant": [(card["merchant"]["id"], card["merchant"]["name"])],
        }
        if card["brand"]:
            found["brand"] = [(card["brand"]["id"], card["brand"]["name"])]
        for option in product.options:
            found[option.code] = [(value.code, value.name[locale]) for value in option.values]
        return found

    def _suggestions(self, text: str) -> dict[str, Any]:
        words = [
            {"text": card["name"], "kind": "query", "id": None}
            for card in self._shop.all_cards("en")
            if text.lower() in card["name"].lower()
        ]
        categories = [
            {"text": category.name["en"], "kind": "category", "id": category.id}
            for category in self._shop.categories.values()
            if text.lower() in category.name["en"].lower()
        ]
        return _dumped(SuggestionList.model_validate({"items": [*words[:5], *categories[:2]]}))

    def _offer(self, id: str) -> dict[str, Any]:
        return _dumped(self._offered(id))

    def _offered(self, id: str) -> OfferView:
        skus = [
            {
                "sku_id": sku.id,
                "price": {"amount": sku.offer.price.cents, "currency": "CNY"},
                "list_price": sku.offer.list_price and {"amount": sku.offer.list_price.cents, "currency": "CNY"},
                "state": sku.offer.state,
            } | self.offers.get(sku.id, {})
            for sku in self._shop.products[id].skus
        ]  # fmt: skip
        delivery = {"from_": "2030-01-07", "to": "2030-01-09"}
        return OfferView.model_validate({"product_id": id, "skus": skus, "delivery": delivery})

    def _product(self, id: str, locale: str) -> dict[str, Any]:
        product, card = self._shop.products[id], next(one for one in self._shop.all_cards(locale) if one["id"] == id)
        shown = {
            "id": id, "slug": "", "version": 1, "name": card["name"], "summary": "", "description": "", "category": [],
            "brand": card["brand"], "merchant": card["merchant"], "attributes": [], "options": [], "skus": [],
            "pictures": product.pictures, "tags": [], "flags": product.flags, "price": card["price"],
            "offer": self._offered(id), "published_at": NOW, "updated_at": NOW,
        }  # fmt: skip
        return _dumped(ProductView.model_validate(shown))

    def _paged(self, found: list[dict[str, Any]], query: Query) -> dict[str, Any]:
        begin, limit = int(query.get("after") or 0), min(self.page_size, int(query.get("limit", 20)))
        following = str(begin + limit) if len(found) > begin + limit else None
        return {"items": found[begin : begin + limit], "next": following}


def _dumped(view: Any) -> dict[str, Any]:
    shown: dict[str, Any] = view.model_dump(mode="json", by_alias=True)
    return shown


_TITLES = {"color": "Colour", "size": "Size", "pack": "Pack"}
