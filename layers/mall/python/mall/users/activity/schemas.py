"""What clients send and get of favourites and views."""

from datetime import datetime

from pydantic import ConfigDict, Field

from mall.http import Body, Page, View
from mall.users.activity.model import Favourite, Kind, Search, Viewing


class FavouriteQuery(Page):
    """Which favourites, and which page of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "product", "limit": 20}]})

    kind: Kind = Kind.PRODUCT


class FavouriteView(View):
    """A favourite product or merchant."""

    kind: Kind
    id: str
    at: datetime

    @classmethod
    def of(cls, favourite: Favourite) -> "FavouriteView":
        """The view of `favourite`, for its owner only."""
        return cls(kind=favourite.kind, id=favourite.id, at=favourite.at)


class FavouriteList(View):
    """A page of one's favourites of one kind, newest first, and the cursor of the next page."""

    items: list[FavouriteView]
    next: str | None


class ViewedProduct(View):
    """A product that one looked at, and when last."""

    product_id: str
    at: datetime

    @classmethod
    def of(cls, viewing: Viewing) -> "ViewedProduct":
        """The view of `viewing`, for the person who looked only."""
        return cls(product_id=viewing.product_id, at=viewing.at)


class ViewList(View):
    """A page of one's browsing history, newest first, each product once, and the cursor of the next page."""

    items: list[ViewedProduct]
    next: str | None


class NewSearch(Body):
    """What one searched for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"q": "leather backpack"}]})

    q: str = Field(min_length=1, max_length=100)


class SearchView(View):
    """What one searched for, as it was typed last, and when; by its id it is removed."""

    id: str
    text: str
    at: datetime

    @classmethod
    def of(cls, search: Search) -> "SearchView":
        """The view of `search`, for the person who searched only."""
        return cls(id=search.id, text=search.text, at=search.at)


class SearchList(View):
    """A page of one's searches, newest first, each once, and the cursor of the next page."""

    items: list[SearchView]
    next: str | None


class Recorded(View):
    """Whether it was recorded; nothing is for somebody who withdrew the consent `history`."""

    recorded: bool
