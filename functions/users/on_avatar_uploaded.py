"""Make an avatar of each picture that was uploaded; started by S3."""

from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from mall.observability import logger
from mall.users.avatars import service


def app(event: dict[str, Any], context: Any) -> None:
    """Take in the uploads that the event names; S3 repeats an event whose function failed."""
    for record in S3Event(event).records:
        key = unquote_plus(record.s3.get_object.key)
        logger.info("avatar uploaded", size=record.s3.get_object.size)
        service.take_in(key)
