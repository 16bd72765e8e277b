"""Count the requests for pictures in each file of the edge's log; started by S3."""

from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.data_classes import S3Event

from mall.images.heat import service


def app(event: dict[str, Any], context: Any) -> None:
    """Take in the files that the event names; S3 repeats an event whose function failed."""
    for record in S3Event(event).records:
        service.take_log(unquote_plus(record.s3.get_object.key))
