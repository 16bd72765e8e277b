"""Have the pages rendered anew that show what changed: products, categories, brands, merchants, pictures, content."""

from typing import Any

from mall import queues
from mall.events import Event
from mall.pages import service
from mall.pages.shop import MallShop


def app(batch: queues.Batch, context: Any) -> queues.Batch:
    """Take in a batch of news together, so that a page which shows several of these things is asked for once.

    To follow news twice does no harm: if something fails, the whole batch comes again.
    """
    happened: list[Event] = []
    answer = queues.take("pages.on_change", batch, lambda record: happened.append(Event.of_envelope(record.json_body)))
    service.follow(happened, MallShop())
    return answer
