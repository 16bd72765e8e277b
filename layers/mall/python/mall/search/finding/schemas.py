"""What clients send and get of searches and listings."""

import re
from typing import Any

from pydantic import ConfigDict, Field

from mall import errors
from mall.catalog.cards import CardView, PriceRange
from mall.fields import Locale
from mall.http import Page, View
from mall.search.finding.model import Sort

MOST_FACETS = 8
MOST_CHOSEN = 20
LARGEST_PRICE = 10**15

_ATTRIBUTE = re.compile(r"attr\.[a-z0-9][a-z0-9_-]{0,39}")


class ListingQuery(Page):
    """Which products of a place, in which order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 20, "sort": "relevance"}]})

    sort: Sort = Sort.RELEVANCE
    locale: Locale = "zh-CN"


class SearchQuery(Page):
    """A search. Values of one facet are separated by commas; an attribute's facet is `attr.<code>`."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [{"q": "backpack", "attr.color": "red,blue", "sort": "price"}]}
    )

    q: str = Field("", max_length=100)
    category: str | None = Field(None, max_length=64)
    brand: str | None = Field(None, max_length=1_500)
    merchant: str | None = Field(None, max_length=1_500)
    price_min: int | None = Field(None, ge=0, le=LARGEST_PRICE)
    price_max: int | None = Field(None, ge=0, le=LARGEST_PRICE)
    sort: Sort = Sort.RELEVANCE
    locale: Locale = "zh-CN"

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        for name in self.model_extra or {}:
            if not _ATTRIBUTE.fullmatch(name):
                raise errors.Invalid(f"There is no parameter '{name[:64]}'.")
        if len(self.chosen) > MOST_FACETS:
            raise errors.Invalid(f"A search chooses values of at most {MOST_FACETS} facets.")
        if any(len(values) > MOST_CHOSEN for values in self.chosen.values()):
            raise errors.Invalid(f"A search chooses at most {MOST_CHOSEN} values of a facet.")

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The values that were chosen of each facet."""
        given = {"brand": self.brand, "merchant": self.merchant} | dict(self.model_extra or {})
        found = {
            code: tuple(dict.fromkeys(value for value in values.split(",") if value))
            for code, values in given.items()
            if values
        }
        return {code: values for code, values in found.items() if values}


class FacetValueView(View):
    """A value of a facet, and how many products one would see with it."""

    value: str
    name: str
    count: int
    selected: bool


class FacetView(View):
    """Something that the hits differ in."""

    code: str
    name: str
    kind: str
    values: list[FacetValueView]


class SearchResult(View):
    """A page of hits. `total`, `facets` and `price_range` come with the first page; later ones leave them out.

    `price_range` is of all hits, whatever range was asked for.
    `corrected` is what was looked for instead, where nothing was found for what was typed; `relaxed` says that the hits
    have some of the words, since none has all.
    """

    items: list[CardView]
    next: str | None
    total: int | None = None
    facets: list[FacetView]
    price_range: PriceRange | None = None
    corrected: str | None = None
    relaxed: bool = False


class CardList(View):
    """A page of products, and the cursor of the next."""

    items: list[CardView]
    next: str | None
