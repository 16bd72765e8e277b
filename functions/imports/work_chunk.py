"""Take in the products of a chunk, from the queue of chunks."""

from typing import Any

from mall import queues
from mall.imports.steps import service

# As often as the queue delivers a message (`Tries` in the template): then what still fails is told to the merchant.
_TRIES = 5


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of chunks; one of which something is left comes again, and only that is done again."""
    return queues.take("imports.work_chunk", batch, _work)


def _work(record: Any) -> None:
    asked = record.json_body
    last = int(record.attributes.approximate_receive_count) >= _TRIES
    service.work(asked["merchant_id"], asked["job_id"], asked["chunk"], last=last)
