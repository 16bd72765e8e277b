"""What clients send and get to upload an avatar."""

from typing import Literal

from mall.http import Body, View


class AvatarRequest(Body):
    """A picture to be uploaded as avatar."""

    content_type: Literal["image/jpeg", "image/png", "image/webp"]


class Upload(View):
    """A form to post the file with (`multipart/form-data`, the file last); valid for five minutes."""

    url: str
    fields: dict[str, str]
    max_bytes: int
