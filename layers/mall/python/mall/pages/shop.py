"""The mall's own answers to what pages ask; each once a run, so that pages of one run share them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from mall import errors
from mall.catalog.brands import service as brands
from mall.catalog.categories import service as categories
from mall.catalog.categories.model import Node
from mall.catalog.categories.model import State as CategoryState
from mall.catalog.offers import service as offers
from mall.catalog.products import service as products
from mall.content import service as content
from mall.content.model import Article, Banner
from mall.images import addresses
from mall.images import service as images
from mall.images.model import EXTENSIONS, SIDES
from mall.images.model import Picture as Stored
from mall.merchants import service as merchants
from mall.merchants.model import State as MerchantState
from mall.pages.model import Kind, PageId
from mall.pages.questions import Card, Picture
from mall.search.finding import service as finding
from mall.search.finding.model import Sort
from mall.search.model import EVERYWHERE

_SHOWN_SIDE = 480
_Found = TypeVar("_Found")


class MallShop:
    """What is true of the mall at the moment when it is first asked."""

    def __init__(self) -> None:
        self._products: dict[str, Any] = {}
        self._offers: dict[str, Mapping[str, Any]] = {}
        self._pictures: dict[str, Picture | None] = {}
        self._others: dict[tuple[str, str], Any] = {}

    def prepare(self, pages: Sequence[PageId]) -> None:
        """Ask at once for the products that pages are about, and for what they show."""
        ids = [page.id for page in pages if page.kind is Kind.PRODUCT]
        if not ids:
            return
        self._products |= dict.fromkeys(ids) | products.live_many(ids)
        self._offers |= _by_variant(offers.of_products(ids))
        found = [self._products[id] for id in ids if self._products[id]]
        self.pictures([id for product in found for id in (*product.pictures, *_of_variants(product))])

    def product(self, id: str) -> Any:
        """The product on sale, or None."""
        if id not in self._products:
            self._products[id] = products.get_live(id)
        return self._products[id]

    def offers(self, product_id: str) -> Mapping[str, Any]:
        """What its variants cost and whether they are there, by id of the variant."""
        if product_id not in self._offers:
            self._offers |= _by_variant(offers.of_products([product_id]))
        return self._offers.get(product_id, {})

    def category(self, id: str) -> Any:
        """The category, unless it is hidden or was merged into another."""
        found = self._once("category", id, categories.published)
        return found if found and found.state not in {CategoryState.HIDDEN, CategoryState.MERGED} else None

    def tree(self) -> Sequence[Node]:
        """The root categories with all below them."""
        return self._tree

    def children(self, category_id: str) -> Sequence[Node]:
        """The categories right below one."""
        found = self._nodes.get(category_id)
        return found.children if found else ()

    def merchant(self, id: str) -> Any:
        """The merchant, if it is active, or None."""
        found = self._once("merchant", id, merchants.get)
        return found if found and found.state is MerchantState.ACTIVE else None

    def brand(self, id: str) -> Any:
        """The brand, or None."""
        return self._once("brand", id, brands.get)

    def pictures(self, ids: Sequence[str]) -> Mapping[str, Picture]:
        """Those of these pictures that are ready, by id."""
        unknown = list(dict.fromkeys(id for id in ids if id not in self._pictures))
        if unknown:
            found = images.get_many(unknown)
            self._pictures |= {id: _shown(found[id]) if id in found else None for id in unknown}
        return {id: picture for id in ids if (picture := self._pictures[id])}

    def first_of(self, place: str, locale: str, limit: int) -> tuple[Sequence[Card], str | None]:
        """The first products of a category, merchant or brand, and the cursor with which the API goes on."""
        found = finding.first(place, limit=limit, locale=locale)  # type: ignore[arg-type]
        return [card.model_dump(mode="json", by_alias=True) for card in found.items], found.next

    def best(self, locale: str, limit: int) -> Sequence[Card]:
        """The products that stand highest in the whole mall, pinned ones first."""
        return self._top(Sort.RELEVANCE, locale, limit)

    def newest(self, locale: str, limit: int) -> Sequence[Card]:
        """The products that went on sale last."""
        return self._top(Sort.NEW, locale, limit)

    def article(self, slug: str) -> Article | None:
        """The article, or None."""
        found: Article | None = self._once("article", slug, content.article)
        return found

    def articles(self) -> Sequence[Article]:
        """All articles, in their order."""
        return self._articles

    def banners(self) -> Sequence[Banner]:
        """All banners, in their order."""
        return content.banners()

    def pages(self) -> Iterator[PageId]:
        """Every page about something that the public may see."""
        yield from (PageId(Kind.CATEGORY, id) for id in self._nodes)
        yield from (PageId(Kind.MERCHANT, merchant.id) for merchant in merchants.list_active())
        yield from (PageId(Kind.BRAND, brand.id) for brand in brands.all())
        yield from (PageId(Kind.ARTICLE, article.slug) for article in self._articles)
        yield from (PageId(Kind.PRODUCT, product.id) for product in products.every_live())

    @cached_property
    def _tree(self) -> Sequence[Node]:
        return categories.tree(fresh=True)

    @cached_property
    def _nodes(self) -> Mapping[str, Node]:
        def all_of(nodes: Sequence[Node]) -> Iterator[Node]:
            for node in nodes:
                yield node
                yield from all_of(node.children)

        return {node.id: node for node in all_of(self._tree)}

    @cached_property
    def _articles(self) -> Sequence[Article]:
        return content.articles()

    def _top(self, sort: Sort, locale: str, limit: int) -> Sequence[Card]:
        found = finding.top(EVERYWHERE, sort, limit=limit, locale=locale)
        return [card.model_dump(mode="json", by_alias=True) for card in found]

    def _once(self, kind: str, id: str, ask: Callable[[str], _Found]) -> _Found | None:
        """What `ask` answers, or None where it refuses because there is no such thing."""
        key = (kind, id)
        if key not in self._others:
            try:
                self._others[key] = ask(id)
            except (errors.NotFound, errors.Invalid):
                self._others[key] = None
        answer: _Found | None = self._others[key]
        return answer


def _by_variant(found: Mapping[str, Sequence[Any]]) -> dict[str, Mapping[str, Any]]:
    return {product_id: {offer.sku_id: offer for offer in its} for product_id, its in found.items()}


def _of_variants(product: Any) -> Iterator[str]:
    return (sku.picture_id for sku in product.skus if sku.picture_id)


def _shown(picture: Stored) -> Picture:
    return {
        "id": picture.id,
        "width": picture.width,
        "height": picture.height,
        "blur": picture.blur,
        "src": addresses.rendition(picture.id, _SHOWN_SIDE, "jpg"),
        "renditions": [
            {
                "width": picture.renditions[f"{side}.{extension}"].width,
                "height": picture.renditions[f"{side}.{extension}"].height,
                "ext": extension,
                "href": addresses.rendition(picture.id, side, extension),
            }
            for extension in EXTENSIONS
            for side in SIDES
        ],
    }
