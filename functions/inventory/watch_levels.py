"""Tell others what became of levels, as the stream of the stock table shows them."""

from typing import Any

from mall import config, errors
from mall.inventory.levels import service
from mall.observability import count, logger, metrics


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Look through a batch of records; from the first of which something is still to be told, they come again."""
    images = {
        record["dynamodb"]["SequenceNumber"]: (
            record["dynamodb"].get("OldImage", {}),
            record["dynamodb"].get("NewImage", {}),
        )
        for record in event["Records"]
    }
    changed = service.changed(images.values())
    failed = service.tell(changed)
    logger.info("levels watched", skus=len(changed), failed=len(failed))
    count("LevelsNotTold", len(failed))
    metrics.flush_metrics()
    if failed and config.endpoint():
        # The emulator takes no notice of partial failures of a stream: there the whole batch has to come again.
        raise errors.Unavailable("Some levels could not be told yet.", skus=len(failed))
    again = [number for number, pair in images.items() if service.changed([pair]) & failed]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in again[:1]]}
