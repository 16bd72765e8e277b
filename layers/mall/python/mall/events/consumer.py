"""From a function that takes one event to the Lambda handler of its queue."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from mall import queues
from mall.events.event import Event
from mall.observability import logger


class Consumer(Protocol):
    """The handler of a queue of events: `app(batch, context)`."""

    consumer: str
    handle: Callable[[Event], None]

    def __call__(self, batch: queues.Batch, context: Any) -> queues.Batch:
        """Take the batch in and name the messages that have to come again."""


def consumer(name: str) -> Callable[[Callable[[Event], None]], Consumer]:
    """Make the handler `name` ("users.on_consent_changed") of an SQS queue out of a function that takes one event.

    A message whose event is refused comes again, alone, until the queue moves it to its dead-letter queue; see
    `mall.queues`.
    """

    def decorate(handle: Callable[[Event], None]) -> Consumer:
        def take(record: Any) -> None:
            event = Event.of_envelope(record.json_body)
            facts: dict[str, Any] = {"event": event.name, "event_id": event.id, "aggregate": event.aggregate}
            try:
                handle(event)
            except Exception:
                logger.info("event not consumed", consumer=name, **facts)
                raise
            logger.info("event consumed", consumer=name, **facts)

        @wraps(handle)
        def app(batch: queues.Batch, context: Any) -> queues.Batch:
            return queues.take(name, batch, take)

        made = cast("Consumer", app)
        made.consumer = name
        made.handle = handle
        return made

    return decorate
