"""Carry the events of the relational outboxes to the bus: nudged after a commit, and every minute for all shards."""

import json
from typing import Any

from mall.events import relational
from mall.events.relay import NotPublished, Publisher
from mall.observability import count, logger, metrics
from mall.sql import shards

# What is left to do when this little time remains is done by the next nudge or sweep.
SPARE_MS = 5_000


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Relay the shards that the messages of the nudge queue name, or, on schedule, all of them."""
    nudges = [json.loads(record["body"])["shard"] for record in event.get("Records", [])]
    chosen = range(shards.count()) if not nudges or None in nudges else sorted(set(nudges))
    publisher: Publisher[tuple[int, str]] = Publisher()
    unreachable = []
    for shard in chosen:
        try:
            relational.relay(shard, publisher, go_on=lambda: context.get_remaining_time_in_millis() > SPARE_MS)
            if not nudges:
                count("OldestEventSeconds", relational.oldest(shard).total_seconds())
        except Exception:  # one shard that is down must not silence the others
            logger.exception("shard not relayed", shard=shard)
            unreachable.append(shard)
    logger.info("outbox relayed", shards=list(chosen), published=publisher.published, failed=publisher.failed)
    count("EventsPublished", publisher.published)
    count("EventsNotPublished", publisher.failed)
    metrics.flush_metrics()
    if (publisher.failed or unreachable) and not nudges:  # a nudge is not worth a second try, the sweep comes anyway
        raise NotPublished(failed=publisher.failed, shards=unreachable)
    return {"published": publisher.published}
