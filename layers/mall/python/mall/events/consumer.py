"""From a function that takes one event to the Lambda handler of its queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
            facts = _facts(event)
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


def consumer_of_many(name: str) -> Callable[[Callable[[Sequence[Event]], None]], Callable[..., queues.Batch]]:
    """The same out of a function that takes several events at once, which asks and writes less than for each alone.

    Where it refuses several, each is tried alone, so that one bad event never repeats the good ones; it may therefore
    be given the same events again.
    """

    def decorate(handle: Callable[[Sequence[Event]], None]) -> Callable[..., queues.Batch]:
        def take(records: list[Any]) -> set[str]:
            events: dict[str, Event] = {}
            failed: set[str] = set()
            for record in records:
                try:
                    events[record.message_id] = Event.of_envelope(record.json_body)
                except Exception:
                    logger.exception("message failed", consumer=name, message_id=record.message_id)
                    failed.add(record.message_id)
            return failed | (_refused(events) if events else set())

        def _refused(events: dict[str, Event]) -> set[str]:
            try:
                handle(list(events.values()))
            except Exception:
                if len(events) > 1:
                    logger.warning("events not consumed together", consumer=name, exc_info=True)
                    return set().union(*(_refused({id: event}) for id, event in events.items()))
                logger.exception("event not consumed", consumer=name, **_facts(next(iter(events.values()))))
                return set(events)
            for event in events.values():
                logger.info("event consumed", consumer=name, **_facts(event))
            return set()

        @wraps(handle)
        def app(batch: queues.Batch, context: Any) -> queues.Batch:
            return queues.take_together(name, batch, take)

        return app

    return decorate


def _facts(event: Event) -> dict[str, Any]:
    return {"event": event.name, "event_id": event.id, "aggregate": event.aggregate}
