"""Call merchants of the sandbox back, from the queue of callbacks."""

from typing import Any

from mall import queues
from mall.sandbox import service


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send each callback of the batch; one that nobody answers with "success" goes back into the queue for later."""
    return queues.take("sandbox.deliver_callback", batch, lambda record: service.call_back(record.json_body))
