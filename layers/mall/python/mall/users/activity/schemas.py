"""What clients send and get of favourites and views."""

from datetime import datetime

from pydantic import ConfigDict

from mall.http import Page, View
from mall.users.activity.model import Favourite, Kind, Viewing


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


class Recorded(View):
    """Whether the view was recorded; it is not for somebody who withdrew the consent `history`."""

    recorded: bool
