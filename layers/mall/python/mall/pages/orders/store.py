"""When pages are due, in DynamoDB, and the queues of those that have to be rendered."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from mall import aws, config, nosql
from mall.pages import items
from mall.pages.items import PAGE, Item
from mall.pages.model import PageId

_MESSAGES = 10

# Shorter than the time after which a message comes again, so that one which was broken off here is not taken for done.
_OVERDUE = timedelta(minutes=1)


def due(pages: Sequence[PageId], *, now: datetime, at: datetime) -> list[PageId]:
    """Write down that pages will be rendered `at`; gives those that would not be soon enough without us."""
    latest, lost = items.ms(at), items.ms(now - _OVERDUE)
    # A message that is long overdue was lost, or is a dead letter.
    late = Item.due.does_not_exist() | (Item.due > latest) | (Item.due < lost)
    return _set(pages, Item.due, latest, late, enough=lambda item: bool(item.due and lost <= item.due <= latest))


def look_again(pages: Sequence[PageId], now: datetime, seconds: int) -> list[PageId]:
    """Write down that pages are looked at once more in so many seconds; gives those that are not going to be anyway."""
    # One that comes in half the time will have seen what happens now.
    half, then = items.ms(now + timedelta(seconds=seconds / 2)), items.ms(now + timedelta(seconds=seconds))
    passed = Item.again.does_not_exist() | (Item.again < half)
    return _set(pages, Item.again, then, passed, enough=lambda item: bool(item.again and item.again >= half))


def _set(
    pages: Sequence[PageId],
    attribute: NumberAttribute,
    value: int,
    condition: Condition,
    *,
    enough: Callable[[Item], bool],
) -> list[PageId]:
    """Set an attribute of the pages of which the condition holds, and say which those are.

    Many are read first, since of most the condition does not hold, which is `enough` as it is.
    """

    def write(page: PageId, writes: TransactWrite) -> None:
        writes.update(Item(items.key(page), PAGE), actions=[attribute.set(value)], condition=condition)

    keys = [(items.key(page), PAGE) for page in pages]
    known = Item.batch_get(keys, consistent_read=True) if len(keys) > 1 else ()
    there = {item.id for item in known if enough(item)}
    done = nosql.each_that_holds({page: partial(write, page) for page in pages if items.key(page) not in there})
    return [page for page in pages if page in done]


def send(pages: Sequence[PageId], *, delay: int = 0, rebuild: str | None = None) -> None:
    """Ask for pages to be rendered in `delay` seconds; `rebuild` counts them."""
    counted = {"rebuild": rebuild} if rebuild else {}
    _send(config.queue("pages"), [{"page": str(page)} | counted for page in pages], delay)


def send_rebuild(id: str, *, delay: int) -> None:
    """Ask for all pages to be rendered."""
    _send(config.queue("rebuilds"), [{"rebuild": id}], delay)


def _send(url: str, messages: Sequence[dict[str, str]], delay: int) -> None:
    for start in range(0, len(messages), _MESSAGES):
        entries = [
            {"Id": str(number), "DelaySeconds": delay, "MessageBody": json.dumps(message)}
            for number, message in enumerate(messages[start : start + _MESSAGES])
        ]
        refused = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        if refused:
            raise NotSent(f"{len(refused)} messages were refused: {refused[0].get('Message')}")


class NotSent(Exception):
    """The queue did not take everything; whoever asked repeats it."""
