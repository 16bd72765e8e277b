"""The items of the table `pictures`, and pictures, uploads and accounts made of them."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex

from mall import nosql
from mall.images.model import Account, Corner, Mark, Picture, Quota, Rendition, State, Upload

PICTURE, ACCOUNT = "picture", "account"
USE, HOLDER, HELD, UPLOAD, NAME = "use#", "holder#", "held#", "upload#", "name#"
ORIGINAL = "original#"
# What shows which pictures, for those who say all of them at once.
SHOWS, SHOWN = "shows#", "shown"


class _Unused(GlobalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    """Pictures that nobody shows, by the day since which that is so."""

    class Meta:
        index_name = "unused"
        projection = KeysOnlyProjection()

    unused_on = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class _Recent(LocalSecondaryIndex["Item"]):  # type: ignore[no-untyped-call]
    """What an owner holds, by time."""

    class Meta:
        index_name = "recent"
        projection = AllProjection()

    id = UnicodeAttribute(hash_key=True)
    recent = UnicodeAttribute(range_key=True)


class Item(nosql.Model):
    """Any item of the table; `data` holds what is only ever read and written as a whole."""

    class Meta(nosql.Table):
        logical = "pictures"

    id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute(null=True)
    uses = NumberAttribute(null=True)
    unused_on = UnicodeAttribute(null=True)
    lease = NumberAttribute(null=True)
    digest = UnicodeAttribute(null=True)
    data = JSONAttribute(null=True)
    recent = UnicodeAttribute(null=True)
    bytes = NumberAttribute(null=True)
    pictures = NumberAttribute(null=True)
    picture_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    by_day = _Unused()
    by_time = _Recent()


def of_picture(picture: Picture) -> Item:
    """The item of a picture that is complete."""
    return Item(
        picture.id,
        PICTURE,
        state=picture.state.value,
        uses=picture.uses,
        unused_on=picture.unused_on.isoformat() if picture.unused_on else None,
        digest=picture.digest,
        at=text(picture.created_at),
        data={
            "width": picture.width,
            "height": picture.height,
            "format": picture.format,
            "bytes": picture.bytes,
            "blur": picture.blur,
            "renditions": {name: [one.width, one.height, one.bytes] for name, one in picture.renditions.items()},
            "mark": of_mark(picture.mark),
        },
    )


def picture(item: Item) -> Picture:
    """The picture that the item tells of."""
    data: dict[str, Any] = item.data
    return Picture(
        id=item.id,
        digest=item.digest,
        width=data["width"],
        height=data["height"],
        format=data["format"],
        bytes=data["bytes"],
        blur=data["blur"],
        renditions={name: Rendition(*one) for name, one in data["renditions"].items()},
        created_at=datetime.fromisoformat(item.at),
        state=State(item.state),
        uses=int(item.uses or 0),
        mark=mark(data["mark"]),
        unused_on=date.fromisoformat(item.unused_on) if item.unused_on else None,
    )


def of_upload(upload: Upload, expires: int) -> Item:
    """The item of an upload that was just asked for."""
    return Item(
        upload.owner,
        f"{UPLOAD}{upload.id}",
        state=upload.state.value,
        at=text(upload.created_at),
        data={"file_name": upload.file_name, "mark": of_mark(upload.mark)},
        expires=expires,
    )


def upload(item: Item) -> Upload:
    """The upload that the item tells of."""
    return Upload(
        id=item.part.removeprefix(UPLOAD),
        owner=item.id,
        created_at=datetime.fromisoformat(item.at),
        state=State(item.state),
        file_name=item.data["file_name"],
        mark=mark(item.data["mark"]),
        picture_id=item.picture_id or "",
        reason=item.reason or "",
    )


def account(owner: str, item: Item | None) -> Account:
    """The account of `owner`; a new one where there is no item."""
    if item is None:
        return Account(owner)
    data: dict[str, Any] = item.data or {}
    return Account(
        owner=owner,
        pictures=int(item.pictures or 0),
        bytes=int(item.bytes or 0),
        quota=Quota(**data["quota"]) if "quota" in data else Quota(),
        mark=mark(data.get("mark")),
        mark_picture=data.get("mark_picture", ""),
    )


def of_account(account: Account) -> dict[str, Any]:
    """What of an account is read and written as a whole."""
    return {"quota": asdict(account.quota), "mark": of_mark(account.mark), "mark_picture": account.mark_picture}


def mark(data: dict[str, Any] | None) -> Mark | None:
    """The watermark that JSON tells of."""
    return Mark(data["digest"], Corner(data["corner"]), data["width"], data["strength"]) if data else None


def of_mark(mark: Mark | None) -> dict[str, Any] | None:
    """A watermark as JSON."""
    return asdict(mark) if mark else None


def text(moment: datetime) -> str:
    """A time as text that sorts like the time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
