"""Read uploaded files and divide them into chunks, from the queue of uploads."""

from typing import Any

from mall import queues
from mall.imports.steps import service


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of uploads; one that was read before has only its missing chunks worked."""
    return queues.take("imports.split_import", batch, _split)


def _split(record: Any) -> None:
    asked = record.json_body
    service.split(asked["merchant_id"], asked["job_id"])
