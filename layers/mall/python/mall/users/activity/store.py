"""Favourites, views and searches in DynamoDB."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, LocalSecondaryIndex

from mall import errors, nosql
from mall.users.activity.model import MOST_FAVOURITES, VIEWS_KEPT, Favourite, Kind, Search, TooManyFavourites, Viewing

_COUNTER = "counter#favourites"
_FAVOURITE = "favourite#"
_VIEW = "view#"
_SEARCH = "search#"
# Above every character of a time, so that a range of times includes its last moment.
_LAST = "~"
_ATTEMPTS = 5


class _Recent(LocalSecondaryIndex["_Activity"]):  # type: ignore[no-untyped-call]
    """What somebody did, by kind and time."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    recent = UnicodeAttribute(range_key=True)


class _Activity(nosql.Model):
    class Meta(nosql.Table):
        logical = "activity"

    user_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    recent = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    held = NumberAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    by_time = _Recent()


def add_favourite(user_id: str, favourite: Favourite) -> Favourite:
    """Remember a favourite and count it; one that is there already stays as it is and is returned.

    Raises TooManyFavourites.
    """
    at = _text(favourite.at)
    item = _Activity(
        user_id,
        _favourite_id(favourite.kind, favourite.id),
        recent=f"{_FAVOURITE}{favourite.kind}#{at}#{favourite.id}",
        at=at,
    )

    def act() -> None:
        with nosql.transaction() as writes:
            writes.save(item, condition=_Activity.id.does_not_exist())
            writes.update(
                _Activity(user_id, _COUNTER),
                actions=[_Activity.held.add(1)],
                condition=_Activity.held.does_not_exist() | (_Activity.held < MOST_FAVOURITES),
            )

    try:
        _in_turn(act)
    except nosql.ConditionFailed as failure:
        if 0 not in failure.positions:
            raise TooManyFavourites from None
        try:
            return _favourite(_Activity.get(user_id, item.id, consistent_read=True))
        except _Activity.DoesNotExist:  # removed again at this very moment
            return favourite
    return favourite


def remove_favourite(user_id: str, kind: Kind, id: str) -> bool:
    """Forget a favourite and count it no more; False when it was none."""

    def act() -> None:
        with nosql.transaction() as writes:
            writes.delete(_Activity(user_id, _favourite_id(kind, id)), condition=_Activity.id.exists())
            writes.update(_Activity(user_id, _COUNTER), actions=[_Activity.held.add(-1)])

    try:
        _in_turn(act)
    except nosql.ConditionFailed:
        return False
    return True


def favourites(user_id: str, kind: Kind, *, limit: int, after: str | None) -> tuple[list[Favourite], str | None]:
    """A page of somebody's favourites of one kind, newest first, and the cursor of the next."""
    prefix = f"{_FAVOURITE}{kind}#"
    found = _Activity.by_time.query(
        user_id,
        _Recent.recent.startswith(prefix),
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=_start(user_id, prefix, after),
        consistent_read=True,  # who has just marked something finds it in the list
    )
    items, following = nosql.page(found)
    return [_favourite(item) for item in items], following


def record_view(user_id: str, view: Viewing) -> None:
    """Remember that a product was viewed, in front of all others."""
    at = _text(view.at)
    _Activity(
        user_id,
        f"{_VIEW}{view.product_id}",
        recent=f"{_VIEW}{at}#{view.product_id}",
        at=at,
        expires=int((view.at + VIEWS_KEPT).timestamp()),
    ).save()


def views(user_id: str, *, now: datetime, limit: int, after: str | None) -> tuple[list[Viewing], str | None]:
    """A page of what somebody viewed in the last 90 days, newest first, and the cursor of the next."""
    items, following = _latest(user_id, _VIEW, now=now, limit=limit, after=after)
    return [_view(item) for item in items], following


def remove_view(user_id: str, product_id: str) -> None:
    """Forget that a product was viewed."""
    _Activity(user_id, f"{_VIEW}{product_id}").delete()


def clear_views(user_id: str, *, until: datetime) -> int:
    """Forget what was viewed at `until` or before, and say how many products that were."""
    return _clear(user_id, _VIEW, until=until)


def record_search(user_id: str, search: Search) -> None:
    """Remember a search, in front of all others."""
    at = _text(search.at)
    _Activity(
        user_id,
        f"{_SEARCH}{search.id}",
        recent=f"{_SEARCH}{at}#{search.id}",
        at=at,
        text=search.text,
        expires=int((search.at + VIEWS_KEPT).timestamp()),
    ).save()


def searches(user_id: str, *, now: datetime, limit: int, after: str | None) -> tuple[list[Search], str | None]:
    """A page of what somebody searched for in the last 90 days, newest first, and the cursor of the next."""
    items, following = _latest(user_id, _SEARCH, now=now, limit=limit, after=after)
    return [_search(item) for item in items], following


def remove_search(user_id: str, search_id: str) -> None:
    """Forget a search."""
    _Activity(user_id, f"{_SEARCH}{search_id}").delete()


def clear_searches(user_id: str, *, until: datetime) -> int:
    """Forget what was searched for at `until` or before, and say how many searches that were."""
    return _clear(user_id, _SEARCH, until=until)


def everything(user_id: str) -> Iterator[Favourite | Viewing | Search]:
    """All favourites, views and searches of somebody."""
    for item in _Activity.query(user_id, consistent_read=True):
        if item.id.startswith(_FAVOURITE):
            yield _favourite(item)
        elif item.id.startswith(_VIEW):
            yield _view(item)
        elif item.id.startswith(_SEARCH):
            yield _search(item)


def erase(user_id: str) -> int:
    """Delete all of it and say how many favourites, views and searches there were; repeating it is harmless."""
    counter = _Activity.count(user_id, _Activity.id == _COUNTER, consistent_read=True)
    return nosql.erase(_Activity, user_id) - counter


def _latest(
    user_id: str, kind: str, *, now: datetime, limit: int, after: str | None
) -> tuple[list[_Activity], str | None]:
    """A page of what happened in the last 90 days, newest first, and the cursor of the next."""
    # DynamoDB may take days to remove what has expired, so the range begins where the time to live ends.
    oldest = f"{kind}{_text(now - VIEWS_KEPT)}"
    start = _start(user_id, kind, after)
    if start is not None and start["recent"]["S"] < oldest:
        return [], None  # it expired since the page before; DynamoDB refuses to start outside of the range
    found = _Activity.by_time.query(
        user_id,
        _Recent.recent.between(oldest, f"{kind}{_LAST}"),
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=start,
        consistent_read=True,
    )
    return nosql.page(found)


def _clear(user_id: str, kind: str, *, until: datetime) -> int:
    """Forget what happened at `until` or before, and say how much that was."""
    latest = f"{kind}{_text(until)}{_LAST}"
    count = 0
    for item in _Activity.by_time.query(user_id, _Recent.recent.between(kind, latest), consistent_read=True):
        try:
            with nosql.conditional():
                # Done again meanwhile: that was later.
                item.delete(condition=_Activity.recent <= latest)
        except nosql.ConditionFailed:
            continue
        count += 1
    return count


def _in_turn(act: Callable[[], None]) -> None:
    """Do `act`, a transaction on somebody's counter, again when another of theirs came between."""
    for attempt in range(_ATTEMPTS):
        try:
            act()
            return
        except errors.Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311


def _start(user_id: str, prefix: str, after: str | None) -> dict[str, dict[str, str]] | None:
    key = nosql.start_of(after, user_id=user_id)
    if key is None:
        return None
    if key.keys() != {"user_id", "id", "recent"} or not key["recent"].get("S", "").startswith(prefix):
        raise errors.Invalid("'after' is not a cursor of this list.")
    return key


def _favourite_id(kind: Kind, id: str) -> str:
    return f"{_FAVOURITE}{kind}#{id}"


def _favourite(item: _Activity) -> Favourite:
    _, kind, id_ = item.id.split("#", 2)
    return Favourite(Kind(kind), id_, _moment(item.at))


def _view(item: _Activity) -> Viewing:
    return Viewing(item.id.removeprefix(_VIEW), _moment(item.at))


def _search(item: _Activity) -> Search:
    return Search(item.text, _moment(item.at))


def _text(moment: datetime) -> str:
    """A time as text that sorts like the time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
