"""The files of pictures in S3: uploads and originals in the private bucket, what is shown in the public one."""

from collections.abc import Iterable, Mapping
from typing import Any

from mall import aws, config
from mall.images import model
from mall.images.model import TYPES

_CACHING = "public, max-age=31536000, immutable"
_AT_ONCE = 1_000


def form(key: str, content_type: str) -> dict[str, Any]:
    """A signed form with which exactly one file of that type, within the limit, can be put at `key`."""
    form: dict[str, Any] = aws.client("s3").generate_presigned_post(
        config.bucket("originals"),
        key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, model.MAX_BYTES]],
        ExpiresIn=model.FORM_LIFETIME_SECONDS,
    )
    return form


def private(key: str) -> bytes | None:
    """An upload, an original or a watermark; None when it is not there."""
    return _read(config.bucket("originals"), key, model.MAX_BYTES + 1)


def keep(key: str, file: bytes) -> None:
    """Put a file where the public does not see it."""
    aws.client("s3").put_object(Bucket=config.bucket("originals"), Key=key, Body=file)


def forget(key: str) -> None:
    """Delete a private file."""
    aws.client("s3").delete_object(Bucket=config.bucket("originals"), Key=key)


def publish(key: str, file: bytes) -> None:
    """Put a finished file where the public finds it; it never changes there."""
    kind = TYPES[key.rpartition(".")[2]]
    aws.client("s3").put_object(
        Bucket=config.bucket("media"), Key=key, Body=file, ContentType=kind, CacheControl=_CACHING
    )


def published(key: str) -> bytes | None:
    """What the public finds at `key`; None when there is nothing."""
    return _read(config.bucket("media"), key)


def withdraw(picture_id: str) -> None:
    """Take every file of a picture out of the public's sight."""
    client, bucket = aws.client("s3"), config.bucket("media")
    found: list[str] = []
    for folder in ("p", "s"):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{folder}/{picture_id}/")
        found += [item["Key"] for page in pages for item in page.get("Contents", ())]
    for keys in _pieces(found):
        client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True})


def publish_all(files: Mapping[str, bytes]) -> None:
    """Publish several files."""
    for key, file in files.items():
        publish(key, file)


def _pieces(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


def _read(bucket: str, key: str, most: int | None = None) -> bytes | None:
    client = aws.client("s3")
    try:
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read(most))
    except client.exceptions.NoSuchKey:
        return None
