"""What people do with their favourites and their browsing history. Whose they are comes from the caller alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mall import clock
from mall.events import Event
from mall.http import Page
from mall.users.activity import store
from mall.users.activity.model import Favourite, Kind, Search, Viewing, check_product, check_search
from mall.users.activity.schemas import (
    FavouriteList,
    FavouriteQuery,
    FavouriteView,
    SearchList,
    SearchView,
    ViewedProduct,
    ViewList,
)
from mall.users.consents.current import service as consents
from mall.users.consents.model import Kind as Consent
from mall.users.model import AccountClosed


def add_favourite(user_id: str, kind: str, id: str) -> Favourite:
    """Mark a product or merchant; one that is marked already stays where it is in the list.

    Raises NotAFavouriteKind, MalformedId, TooManyFavourites or AccountClosed.
    """
    of = Kind.of(kind)
    favourite = Favourite(of, of.check(id), clock.now())
    if not consents.active(user_id):
        raise AccountClosed
    return store.add_favourite(user_id, favourite)


def remove_favourite(user_id: str, kind: str, id: str) -> None:
    """Unmark a product or merchant; one that is not marked is no mistake, so a repetition succeeds."""
    of = Kind.of(kind)
    store.remove_favourite(user_id, of, of.check(id))


def favourites(user_id: str, query: FavouriteQuery) -> FavouriteList:
    """A page of somebody's favourites of one kind, newest first."""
    found, following = store.favourites(user_id, query.kind, limit=query.limit, after=query.after)
    return FavouriteList(items=[FavouriteView.of(favourite) for favourite in found], next=following)


def record_view(user_id: str, product_id: str) -> bool:
    """Remember that somebody looked at a product, unless they withdrew the consent `history`; says whether it did.

    Raises MalformedId.
    """
    view = Viewing(check_product(product_id), clock.now())
    if not consents.allows(user_id, Consent.HISTORY):
        return False
    store.record_view(user_id, view)
    return True


def views(user_id: str, query: Page) -> ViewList:
    """A page of what somebody looked at in the last 90 days, newest first, each product once."""
    found, following = store.views(user_id, now=clock.now(), limit=query.limit, after=query.after)
    return ViewList(items=[ViewedProduct.of(view) for view in found], next=following)


def remove_view(user_id: str, product_id: str) -> None:
    """Forget that somebody looked at a product; a repetition succeeds. Raises MalformedId."""
    store.remove_view(user_id, check_product(product_id))


def clear_views(user_id: str) -> int:
    """Forget what somebody looked at until now, and say how many products that were."""
    return store.clear_views(user_id, until=clock.now())


def record_search(user_id: str, text: str) -> bool:
    """Remember what somebody searched for, unless they withdrew the consent `history`; says whether it did."""
    search = Search(text, clock.now())
    if not consents.allows(user_id, Consent.HISTORY):
        return False
    store.record_search(user_id, search)
    return True


def searches(user_id: str, query: Page) -> SearchList:
    """A page of what somebody searched for in the last 90 days, newest first, each search once."""
    found, following = store.searches(user_id, now=clock.now(), limit=query.limit, after=query.after)
    return SearchList(items=[SearchView.of(search) for search in found], next=following)


def remove_search(user_id: str, search_id: str) -> None:
    """Forget that somebody searched for something; a repetition succeeds. Raises MalformedId."""
    store.remove_search(user_id, check_search(search_id))


def clear_searches(user_id: str) -> int:
    """Forget what somebody searched for until now, and say how many searches that were."""
    return store.clear_searches(user_id, until=clock.now())


def consent_changed(event: Event) -> None:
    """Take in `users.ConsentChanged`: of whoever withdraws `history`, views and searches until then are forgotten.

    It may come late and repeatedly: what was done after a consent was given again is not touched.
    """
    if event.data["kind"] == Consent.HISTORY and not event.data["given"]:
        until = datetime.fromisoformat(event.data["at"])
        store.clear_views(event.aggregate, until=until)
        store.clear_searches(event.aggregate, until=until)


def export(user_id: str) -> Iterator[dict[str, Any]]:
    """All favourites, views and searches of somebody, for the copy of their data (JSON types)."""
    for item in store.everything(user_id):
        if isinstance(item, Favourite):
            yield {"type": "favourite"} | FavouriteView.of(item).model_dump(mode="json")
        elif isinstance(item, Search):
            yield {"type": "search"} | SearchView.of(item).model_dump(mode="json")
        else:
            yield {"type": "view"} | ViewedProduct.of(item).model_dump(mode="json")


def erase(user_id: str) -> int:
    """Delete all of it for good and say how many entries there were; repeating it is harmless."""
    return store.erase(user_id)
