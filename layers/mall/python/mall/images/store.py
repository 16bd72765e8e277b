"""Pictures, their uses, who holds them, uploads and accounts, in DynamoDB."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import TypeVar

from mall import errors, events, nosql
from mall.events import Event
from mall.images import items
from mall.images.items import Item
from mall.images.model import (
    UPLOADS_KEPT,
    Account,
    NoSuchPicture,
    Picture,
    QuotaExceeded,
    State,
    Upload,
)

_ATTEMPTS = 6
# With the picture itself they have to fit into a transaction.
_USERS_A_CALL = 50
_Result = TypeVar("_Result")


# --- pictures


def load(id: str) -> Picture | None:
    """The picture, in whatever state it is; None when there is none."""
    item = _get(id, items.PICTURE)
    return items.picture(item) if item else None


def load_many(ids: Iterable[str]) -> dict[str, Picture]:
    """Those of the pictures that are there and ready, by id."""
    keys = [(id, items.PICTURE) for id in dict.fromkeys(ids)]
    found = (items.picture(item) for item in Item.batch_get(keys))
    return {picture.id: picture for picture in found if picture.state is State.READY}


def create(picture: Picture) -> None:
    """Remember a picture whose files are all there; one that is there already stays as it is."""
    with nosql.transaction() as writes:
        writes.save(Item(f"{items.ORIGINAL}{picture.digest}", picture.id))
    try:
        with nosql.conditional():
            items.of_picture(picture).save(condition=Item.id.does_not_exist())
    except nosql.ConditionFailed:
        return


def use(id: str, users: Iterable[str]) -> None:
    """Count that `users` show the picture; each once, however often it is said. Raises NoSuchPicture."""
    waiting = sorted(set(users))
    while waiting:
        some = waiting[:_USERS_A_CALL]
        try:
            in_turn(partial(_use, id, some))
        except nosql.ConditionFailed as failure:
            counted = {some[position] for position in failure.positions if position < len(some)}
            if not counted:
                raise NoSuchPicture from None
            waiting = [user for user in waiting if user not in counted]
        else:
            waiting = waiting[len(some) :]


def _use(id: str, users: Sequence[str]) -> None:
    with nosql.transaction() as writes:
        for user in users:
            writes.save(Item(id, f"{items.USE}{user}"), condition=Item.id.does_not_exist())
        writes.update(
            Item(id, items.PICTURE),
            actions=[Item.uses.add(len(users)), Item.unused_on.remove()],
            condition=Item.state == State.READY.value,
        )


def release(id: str, user: str, *, on: date) -> None:
    """Count that `user` no longer shows the picture; a repetition changes nothing."""

    def act() -> None:
        with nosql.transaction() as writes:
            writes.delete(Item(id, f"{items.USE}{user}"), condition=Item.id.exists())
            # With others left that show it, the collection finds so and takes the day away again.
            writes.update(
                Item(id, items.PICTURE),
                actions=[Item.uses.add(-1), Item.unused_on.set(on.isoformat())],
                condition=Item.id.exists(),
            )

    try:
        in_turn(act)
    except nosql.ConditionFailed:
        return


def shown_by(user: str) -> tuple[set[str], int]:
    """Which pictures `user` was said to show last, and how often that was said."""
    item = _get(f"{items.SHOWS}{user}", items.SHOWN)
    return (set(item.data["pictures"]), int(item.version)) if item and item.data else (set(), 0)


def say_shown(user: str, pictures: set[str], *, version: int) -> int:
    """Remember which pictures `user` shows, and how often that was said. Raises Conflict when others said it since."""
    item = Item(f"{items.SHOWS}{user}", items.SHOWN, version=version + 1, data={"pictures": sorted(pictures)})
    try:
        with nosql.conditional():
            item.save(condition=(Item.version == version) if version else Item.id.does_not_exist())
    except nosql.ConditionFailed:
        raise errors.Conflict("Somebody else says at this moment which pictures are shown.") from None
    return version + 1


def unused_on(day: date) -> Iterator[str]:
    """The pictures that have lain unused since that day."""
    return (item.id for item in Item.by_day.query(day.isoformat()))


def begin_deletion(id: str, *, now: datetime, until: datetime, collected: date | None = None) -> bool:
    """Take a picture that nobody uses out of the mall; False when it is used, or another is deleting it just now.

    `collected`: only if it has lain unused since that very day.
    """
    free = (Item.uses == 0) | Item.uses.does_not_exist()
    mine = (Item.state == State.READY.value) | (Item.lease < int(now.timestamp()))
    since = Item.unused_on == collected.isoformat() if collected else Item.id.exists()
    try:
        with nosql.conditional():
            Item(id, items.PICTURE).update(
                actions=[Item.state.set(State.DELETING.value), Item.lease.set(int(until.timestamp()))],
                condition=free & mine & since,
            )
    except nosql.ConditionFailed:
        return False
    return True


def still_used(id: str) -> None:
    """Take the picture off the list of those to be collected, if somebody shows it after all."""
    try:
        with nosql.conditional():
            Item(id, items.PICTURE).update(actions=[Item.unused_on.remove()], condition=Item.uses > 0)
    except nosql.ConditionFailed:
        return


def made_of(digest: str) -> set[str]:
    """The pictures that were made of an original."""
    return {item.part for item in Item.query(f"{items.ORIGINAL}{digest}", consistent_read=True)}


def delete(picture: Picture) -> None:
    """Forget a picture whose files are gone: who held it, what it counted for, and last the picture itself."""
    for item in list(Item.query(picture.id, Item.part.startswith(items.HOLDER), consistent_read=True)):
        give_up(item.part.removeprefix(items.HOLDER), picture.id)
    Item(f"{items.ORIGINAL}{picture.digest}", picture.id).delete()
    Item(picture.id, items.PICTURE).delete()


# --- who holds them


def hold(owner: str, picture: Picture, *, file_name: str, at: datetime, account: Account) -> bool:
    """Note that the owner holds the picture and count it; False when they did before. Raises QuotaExceeded."""
    quota = account.quota
    fits = (Item.pictures.does_not_exist() | (Item.pictures < quota.pictures)) & (
        Item.bytes.does_not_exist() | (Item.bytes <= max(0, quota.bytes - picture.bytes))
    )

    def act() -> None:
        with nosql.transaction() as writes:
            writes.save(
                Item(
                    owner,
                    f"{items.HELD}{picture.id}",
                    recent=f"{items.HELD}{items.text(at)}#{picture.id}",
                    at=items.text(at),
                    bytes=picture.bytes,
                    data={"file_name": file_name},
                ),
                condition=Item.id.does_not_exist(),
            )
            writes.save(Item(picture.id, f"{items.HOLDER}{owner}"))
            writes.update(
                Item(owner, items.ACCOUNT),
                actions=[Item.pictures.add(1), Item.bytes.add(picture.bytes)],
                condition=fits,
            )
            writes.condition_check(Item, picture.id, items.PICTURE, condition=Item.state == State.READY.value)

    try:
        in_turn(act)
    except nosql.ConditionFailed as failure:
        if 0 in failure.positions:
            return False
        if 2 in failure.positions:
            raise QuotaExceeded from None
        raise errors.Conflict("This picture is being deleted. Try again in a moment.") from None
    return True


def give_up(owner: str, id: str) -> None:
    """Note that the owner no longer holds the picture; a repetition changes nothing."""
    held = _get(owner, f"{items.HELD}{id}")
    if held is None:
        Item(id, f"{items.HOLDER}{owner}").delete()
        return

    def act() -> None:
        with nosql.transaction() as writes:
            writes.delete(Item(owner, held.part), condition=Item.id.exists())
            writes.delete(Item(id, f"{items.HOLDER}{owner}"))
            writes.update(Item(owner, items.ACCOUNT), actions=[Item.pictures.add(-1), Item.bytes.add(-int(held.bytes))])

    try:
        in_turn(act)
    except nosql.ConditionFailed:
        return


def holders(id: str) -> set[str]:
    """Who holds the picture."""
    found = Item.query(id, Item.part.startswith(items.HOLDER), consistent_read=True)
    return {item.part.removeprefix(items.HOLDER) for item in found}


def users(id: str) -> list[str]:
    """What shows the picture."""
    found = Item.query(id, Item.part.startswith(items.USE), consistent_read=True)
    return [item.part.removeprefix(items.USE) for item in found]


def held(owner: str, ids: Iterable[str]) -> set[str]:
    """Those of the pictures that the owner holds."""
    keys = [(owner, f"{items.HELD}{id}") for id in dict.fromkeys(ids)]
    return {item.part.removeprefix(items.HELD) for item in Item.batch_get(keys, consistent_read=True)}


def of_owner(owner: str, *, limit: int, after: str | None) -> tuple[list[tuple[str, str]], str | None]:
    """A page of what the owner holds, newest first, as (id, file name), and the cursor of the next."""
    start = nosql.start_of(after, id=owner)
    if start is not None and start.keys() != {"id", "part", "recent"}:
        raise errors.Invalid("'after' is not a cursor of this list.")
    found = Item.by_time.query(
        owner,
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=start,
        consistent_read=True,
    )
    page, following = nosql.page(found)
    return [(item.part.removeprefix(items.HELD), (item.data or {}).get("file_name", "")) for item in page], following


def named(owner: str, names: Iterable[str]) -> dict[str, str]:
    """The latest picture of the owner under each file name."""
    keys = [(owner, f"{items.NAME}{name}") for name in dict.fromkeys(names)]
    return {item.part.removeprefix(items.NAME): item.picture_id for item in Item.batch_get(keys, consistent_read=True)}


# --- accounts


def account(owner: str) -> Account:
    """What the owner holds and may hold."""
    return items.account(owner, _get(owner, items.ACCOUNT))


def save_account(account: Account) -> None:
    """Keep the quota and the watermark of an account; what it holds is counted elsewhere."""
    Item(account.owner, items.ACCOUNT).update(actions=[Item.data.set(items.of_account(account))])


# --- uploads


def ask(upload: Upload) -> None:
    """Remember that a form was given out."""
    items.of_upload(upload, int((upload.created_at + UPLOADS_KEPT).timestamp())).save()


def upload(owner: str, id: str) -> Upload | None:
    """The upload; None when there is none."""
    item = _get(owner, f"{items.UPLOAD}{id}")
    return items.upload(item) if item else None


def begin(upload: Upload) -> None:
    """Note that somebody works on the upload."""
    try:
        with nosql.conditional():
            Item(upload.owner, f"{items.UPLOAD}{upload.id}").update(
                actions=[Item.state.set(State.PROCESSING.value)], condition=Item.state == State.WAITING.value
            )
    except nosql.ConditionFailed:
        return


def name(upload: Upload, picture_id: str) -> None:
    """Let the file name of the upload stand for the picture, unless a later upload has given it another."""
    at = items.text(upload.created_at)
    try:
        with nosql.conditional():
            Item(upload.owner, f"{items.NAME}{upload.file_name}").update(
                actions=[Item.picture_id.set(picture_id), Item.at.set(at)],
                condition=Item.at.does_not_exist() | (Item.at <= at),
            )
    except nosql.ConditionFailed:
        return


def finish(upload: Upload, event: Event, *, picture_id: str = "", reason: str = "") -> bool:
    """Note what became of the upload and tell the mall; False when that was decided before."""
    item = Item(upload.owner, f"{items.UPLOAD}{upload.id}")
    state = State.FAILED if reason else State.READY
    try:
        with nosql.transaction() as writes:
            writes.update(
                item,
                actions=[
                    Item.state.set(state.value),
                    Item.reason.set(reason) if reason else Item.picture_id.set(picture_id),
                ],
                condition=Item.state.is_in(State.WAITING.value, State.PROCESSING.value),
            )
            writes.save(events.outbox_item(event))
    except nosql.ConditionFailed:
        return False
    return True


def in_turn(act: Callable[[], _Result]) -> _Result:
    """Do `act`, a transaction on what many write, again when another came between."""
    for attempt in range(_ATTEMPTS):
        try:
            return act()
        except errors.Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
    raise AssertionError


def _get(id: str, part: str) -> Item | None:
    try:
        return Item.get(id, part, consistent_read=True)
    except Item.DoesNotExist:
        return None
