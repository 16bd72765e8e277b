"""What pages ask about the shop, so that they can be rendered from anything that answers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from mall.pages.model import PageId

Card = Mapping[str, Any]
"""A product card in one language, as `mall.catalog.cards.CardView` describes it (JSON types)."""

Picture = Mapping[str, Any]
"""`id`, `width`, `height`, `blur`, `src` and `renditions` of `width`, `height`, `ext`, `href`."""


class Shop(Protocol):
    """The answers of one run. What is None does not exist for the public."""

    def prepare(self, pages: Sequence[PageId]) -> None:
        """Ask at once for what these pages are about."""

    def product(self, id: str) -> Any:
        """The product on sale, or None."""

    def offers(self, product_id: str) -> Mapping[str, Any]:
        """What its variants cost and whether they are there, by id of the variant."""

    def category(self, id: str) -> Any:
        """The category with its path from the root and its attributes, or None."""

    def tree(self) -> Sequence[Any]:
        """The root categories with all below them."""

    def children(self, category_id: str) -> Sequence[Any]:
        """The categories right below one."""

    def merchant(self, id: str) -> Any:
        """The merchant, if it is active, or None."""

    def brand(self, id: str) -> Any:
        """The brand, or None."""

    def pictures(self, ids: Sequence[str]) -> Mapping[str, Picture]:
        """Those of these pictures that are ready, by id."""

    def first_of(self, place: str, locale: str, limit: int) -> tuple[Sequence[Card], str | None]:
        """The first products of a category, merchant or brand, and the cursor with which the API goes on."""

    def best(self, locale: str, limit: int) -> Sequence[Card]:
        """The products that stand highest in the whole mall, pinned ones first."""

    def newest(self, locale: str, limit: int) -> Sequence[Card]:
        """The products that went on sale last."""

    def article(self, slug: str) -> Any:
        """The article, or None."""

    def articles(self) -> Sequence[Any]:
        """All articles, in their order."""

    def banners(self) -> Sequence[Any]:
        """All banners, in their order."""

    def pages(self) -> Iterator[PageId]:
        """Every page about something that the public may see."""
