"""Make the renditions of each picture that was uploaded; S3 tells a queue, and the queue feeds this."""

from typing import Any
from urllib.parse import unquote_plus

from mall import queues
from mall.images import taking


def app(batch: queues.Batch, context: Any) -> queues.Batch:
    """Take in the uploads that the messages name; the queue brings what failed again, by itself."""
    return queues.take("images.make_renditions", batch, _take)


def _take(message: Any) -> None:
    attempt = int(message.attributes.approximate_receive_count)
    # A queue that was just joined to a bucket also gets a test, which tells of no records.
    for record in message.json_body.get("Records", ()):
        taking.take_in(unquote_plus(record["s3"]["object"]["key"]), attempt=attempt)
