"""Make and send the one-time codes that were asked for, from their queue."""

from typing import Any

from mall import queues
from mall.users.codes import service
from mall.users.model import Identifier, Purpose


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of requests; a code that could not be sent comes again without the others."""
    return queues.take("users.deliver_code", batch, _deliver)


def _deliver(record: Any) -> None:
    asked = record.json_body
    service.deliver_code(
        Purpose(asked["purpose"]),
        Identifier(asked["kind"], asked["value"]),
        request_id=record.message_id,
        locale=asked["locale"],
    )
