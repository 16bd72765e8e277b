"""Clear the relational outboxes and inboxes of what nobody needs any more, every night."""

from typing import Any

from mall.events import relational
from mall.observability import count, logger, metrics
from mall.sql import shards

SPARE_MS = 5_000


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Delete published events and inbox entries that are past their time, in batches, as far as the time allows."""
    purged = {
        shard: relational.purge(shard, go_on=lambda: context.get_remaining_time_in_millis() > SPARE_MS)
        for shard in range(shards.count())
    }
    logger.info("outbox purged", rows=purged)
    count("RowsPurged", sum(purged.values()))
    metrics.flush_metrics()
    return {"purged": sum(purged.values())}
