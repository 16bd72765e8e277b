"""What clients send and get of pictures."""

from typing import Literal

from pydantic import Field

from mall.http import Body, View
from mall.images import addresses
from mall.images.model import SIDES, Account, Corner, Picture, State, Upload


class NewUpload(Body):
    """A picture to be uploaded. `file_name` is remembered: imports of products name pictures by it."""

    content_type: Literal["image/jpeg", "image/png", "image/webp"]
    file_name: str = Field(default="", max_length=400)
    watermark: bool = True


class UploadForm(View):
    """A form to post the file with (`multipart/form-data`, the file last); valid for a quarter of an hour."""

    id: str
    url: str
    fields: dict[str, str]
    max_bytes: int


class RenditionView(View):
    """One file of a picture."""

    width: int
    height: int
    bytes: int
    href: str


class PictureView(View):
    """A picture, or what became of an upload: `reason` is the code of why it is none."""

    id: str
    state: State
    picture_id: str | None = None
    reason: str | None = None
    file_name: str | None = None
    width: int | None = None
    height: int | None = None
    blur: str | None = None
    uses: int | None = None
    renditions: dict[str, RenditionView] = Field(default_factory=dict)

    @classmethod
    def of_upload(cls, upload: Upload, picture: Picture | None) -> "PictureView":
        """The view of an upload, with the picture that was made of it."""
        view = cls.of(picture) if picture else cls(id=upload.id, state=upload.state)
        return view.model_copy(
            update={
                "id": upload.id,
                "state": upload.state,
                "picture_id": upload.picture_id or None,
                "reason": upload.reason or None,
                "file_name": upload.file_name or None,
            }
        )

    @classmethod
    def of(cls, picture: Picture, file_name: str = "") -> "PictureView":
        """The view of a picture."""
        renditions = {}
        for side in SIDES:
            for extension in ("webp", "jpg"):
                one = picture.renditions[f"{side}.{extension}"]
                renditions[f"{side}.{extension}"] = RenditionView(
                    width=one.width,
                    height=one.height,
                    bytes=one.bytes,
                    href=addresses.rendition(picture.id, side, extension),
                )
        return cls(
            id=picture.id,
            state=picture.state,
            picture_id=picture.id,
            file_name=file_name or None,
            width=picture.width,
            height=picture.height,
            blur=picture.blur,
            uses=picture.uses,
            renditions=renditions,
        )


class PictureList(View):
    """A page of one's pictures, newest first, and the cursor of the next page."""

    items: list[PictureView]
    next: str | None


class WatermarkSettings(Body):
    """A watermark: one of one's own pictures, in a corner, so wide and so strong (of 100)."""

    picture_id: str
    corner: Corner = Corner.BOTTOM_RIGHT
    width: int = Field(default=20, ge=5, le=60)
    strength: int = Field(default=60, ge=5, le=100)


class Settings(Body):
    """What is done with pictures that are uploaded from now on; without a watermark, nothing is put onto them."""

    watermark: WatermarkSettings | None


class QuotaChange(Body):
    """How much an owner may hold."""

    pictures: int = Field(ge=0, le=10_000_000)
    bytes: int = Field(ge=0, le=2**50)


class AccountView(View):
    """What one holds and may hold, and one's watermark."""

    pictures: int
    bytes: int
    max_pictures: int
    max_bytes: int
    watermark: WatermarkSettings | None

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """The view of an account."""
        mark = account.mark
        return cls(
            pictures=account.pictures,
            bytes=account.bytes,
            max_pictures=account.quota.pictures,
            max_bytes=account.quota.bytes,
            watermark=WatermarkSettings(
                picture_id=account.mark_picture, corner=mark.corner, width=mark.width, strength=mark.strength
            )
            if mark
            else None,
        )


class SizeQuery(Body):
    """Which other size of a picture: one of the list, and in which format."""

    width: int = 320
    height: int = 320
    fit: Literal["cover", "inside"] = "cover"
    format: Literal["webp", "jpg"] = "webp"


class Address(View):
    """The signed address of a size; it does not expire."""

    href: str
