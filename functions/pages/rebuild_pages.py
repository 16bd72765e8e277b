"""Ask for every page there is or should be."""

from typing import Any

from mall import queues
from mall.pages import service
from mall.pages.shop import MallShop


def app(batch: queues.Batch, context: Any) -> queues.Batch:
    """Start the rebuilds of a batch of messages."""
    return queues.take(
        "pages.rebuild_pages",
        batch,
        lambda record: service.start_rebuild(record.json_body["rebuild"], MallShop()),
    )
