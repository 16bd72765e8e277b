"""Files of jobs in S3."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

from mall import aws, config
from mall.imports.model import FORM_LIFETIME_SECONDS, LINK_LIFETIME_SECONDS, MAX_BYTES, FileChanged, Format, Job


def form(job: Job) -> dict[str, Any]:
    """A signed form with which exactly one file, of at most MAX_BYTES, can be put where the job looks for it."""
    kind = job.format.content_type
    made: dict[str, Any] = aws.client("s3").generate_presigned_post(
        config.bucket("imports"),
        job.upload_key,
        Fields={"Content-Type": kind},
        Conditions=[{"Content-Type": kind}, ["content-length-range", 1, MAX_BYTES]],
        ExpiresIn=FORM_LIFETIME_SECONDS,
    )
    return made


@contextmanager
def uploaded(job: Job) -> Iterator[BinaryIO]:
    """The uploaded file, on disk while it is read. Raises FileChanged when it is another than the job began with."""
    client = aws.client("s3")
    with tempfile.TemporaryFile() as file:
        try:
            found = client.get_object(Bucket=config.bucket("imports"), Key=job.upload_key)
        except client.exceptions.NoSuchKey:
            raise FileChanged from None
        if found["ETag"].strip('"') != job.etag:
            raise FileChanged
        for piece in found["Body"].iter_chunks(1024 * 1024):
            file.write(piece)
        file.seek(0)
        yield file


def put_lines(key: str, lines: Iterable[dict[str, Any]]) -> None:
    """Put JSON objects, one a line, at `key`."""
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    aws.client("s3").put_object(Bucket=config.bucket("imports"), Key=key, Body=text.encode())


def lines(key: str) -> list[dict[str, Any]]:
    """The JSON objects at `key`; none where nothing was put."""
    client = aws.client("s3")
    try:
        body = client.get_object(Bucket=config.bucket("imports"), Key=key)["Body"]
    except client.exceptions.NoSuchKey:
        return []
    return [json.loads(line) for line in body.iter_lines(64 * 1024) if line]


def put_result(key: str, file: IO[bytes], format: Format) -> None:
    """Put a finished file where its merchant gets it from."""
    file.seek(0)
    aws.client("s3").put_object(Bucket=config.bucket("imports"), Key=key, Body=file, ContentType=format.content_type)


def link(key: str, name: str) -> str:
    """An address from which a result can be had for a quarter of an hour, under a name of its own."""
    return str(
        aws.client("s3").generate_presigned_url(
            "get_object",
            Params={
                "Bucket": config.bucket("imports"),
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{name}"',
            },
            ExpiresIn=LINK_LIFETIME_SECONDS,
        )
    )
