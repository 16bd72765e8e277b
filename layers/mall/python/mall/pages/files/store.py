"""Files of pages in the site bucket, as the distribution and browsers get them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from mall import aws, config
from mall.pages.files.compression import ENCODINGS, variants
from mall.pages.model import File, key_of

# Browsers ask each time, which costs an answer of 304. The distribution asks once a minute, so a change is seen within
# a minute, and a page that everybody opens costs one read a minute and place.
CACHING = "public, max-age=0, s-maxage=60, must-revalidate"
_UPLOADS = 6


def put(files: Sequence[File], version: int) -> None:
    """Put files and their compressed twins in the place of what is there. Each is replaced in one piece."""
    s3, bucket = aws.client("s3"), config.bucket("site")

    def upload(one: dict[str, Any]) -> None:
        s3.put_object(Bucket=bucket, **one)

    uploads = [one for file in files for one in _objects(file, version)]
    for _ in _workers().map(upload, uploads):
        pass


def read(key: str) -> bytes | None:
    """A file as it was put; None when there is none."""
    s3 = aws.client("s3")
    try:
        return bytes(s3.get_object(Bucket=config.bucket("site"), Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None


def remove(paths: Sequence[str]) -> None:
    """Take files away."""
    s3, bucket = aws.client("s3"), config.bucket("site")
    for path in paths:
        for end in ENCODINGS:
            s3.delete_object(Bucket=bucket, Key=key_of(path) + end)


def _objects(file: File, version: int) -> Iterator[dict[str, Any]]:
    # The smallest last: who finds it finds the others too.
    for end, body in variants(file.body).items():
        encoding = ENCODINGS[end]
        yield {
            "Key": key_of(file.path) + end,
            "Body": body,
            "ContentType": file.content_type,
            "CacheControl": CACHING,
            "Metadata": {"version": str(version)} | ({"status": str(file.status)} if file.status != 200 else {}),
            **({"ContentEncoding": encoding} if encoding else {}),
        }


@cache
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_UPLOADS, thread_name_prefix="pages")


def origin() -> str:
    """The address that the public knows the mall by, without a slash: `https://mall.example`."""
    return config.parameter("site-origin")
