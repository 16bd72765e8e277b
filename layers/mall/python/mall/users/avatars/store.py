"""Where uploads and avatars lie: two buckets."""

from collections.abc import Iterator
from typing import Any

from mall import aws, config
from mall.users.avatars.model import FORM_LIFETIME_SECONDS, MAX_BYTES


def form(key: str, content_type: str) -> dict[str, Any]:
    """A signed form with which exactly one file of that type, and of at most 5 MiB, can be put at `key`."""
    form: dict[str, Any] = aws.client("s3").generate_presigned_post(
        config.bucket("uploads"),
        key,
        Fields={"Content-Type": content_type},
        Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, MAX_BYTES]],
        ExpiresIn=FORM_LIFETIME_SECONDS,
    )
    return form


def uploaded(key: str) -> bytes | None:
    """The uploaded file; None when it was taken in before."""
    client = aws.client("s3")
    try:
        return bytes(client.get_object(Bucket=config.bucket("uploads"), Key=key)["Body"].read(MAX_BYTES + 1))
    except client.exceptions.NoSuchKey:
        return None


def forget_upload(key: str) -> None:
    """Delete the uploaded file."""
    aws.client("s3").delete_object(Bucket=config.bucket("uploads"), Key=key)


def publish(key: str, picture: bytes) -> None:
    """Put a finished picture where the public finds it; its name says what it shows, so it never changes."""
    aws.client("s3").put_object(
        Bucket=config.bucket("media"),
        Key=key,
        Body=picture,
        ContentType="image/webp",
        CacheControl="public, max-age=31536000, immutable",
    )


def withdraw_before(user_id: str, key: str) -> int:
    """Take those of the person's pictures out of the public's sight that were there before `key`; how many."""
    bucket = config.bucket("media")
    return _delete(bucket, [found for found in _of(bucket, user_id) if found < key])


def withdraw_all(user_id: str) -> int:
    """Take every picture of the person out of the public's sight, and their uploads away; how many there were."""
    buckets = (config.bucket("media"), config.bucket("uploads"))
    return sum(_delete(bucket, list(_of(bucket, user_id))) for bucket in buckets)


def _of(bucket: str, user_id: str) -> Iterator[str]:
    pages = aws.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"avatars/{user_id}/")
    return (found["Key"] for page in pages for found in page.get("Contents", ()))


def _delete(bucket: str, keys: list[str]) -> int:
    for key in keys:
        aws.client("s3").delete_object(Bucket=bucket, Key=key)
    return len(keys)
