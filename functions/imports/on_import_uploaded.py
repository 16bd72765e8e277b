"""Have each file read that was uploaded for an import; started by S3."""

from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from mall.imports import service


def app(event: dict[str, Any], context: Any) -> None:
    """Take note of the uploads that the event names; S3 repeats an event whose function failed."""
    for record in S3Event(event).records:
        uploaded = record.s3.get_object
        service.uploaded(unquote_plus(uploaded.key), uploaded.etag)
