"""Carry the events of the DynamoDB outbox to the bus, as its stream delivers them."""

from typing import Any

from mall import config
from mall.events.relay import NotPublished, Pending, Publisher
from mall.observability import count, logger, metrics


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish a batch of stream records; from the first that failed on, the stream delivers them again."""
    images = {
        record["dynamodb"]["SequenceNumber"]: record["dynamodb"]["NewImage"]
        for record in event["Records"]
        if record["eventName"] == "INSERT"  # removals are the time to live's
    }
    publisher: Publisher[str] = Publisher()
    done = set(
        publisher.publish(
            [
                Pending(number, image["pk"]["S"], image["name"]["S"], image["detail"]["S"])
                for number, image in images.items()
            ]
        )
    )
    failed = [number for number in images if number not in done]
    logger.info("changes relayed", published=len(done), failed=len(failed))
    count("EventsPublished", len(done))
    count("EventsNotPublished", len(failed))
    metrics.flush_metrics()
    if failed and config.endpoint():
        # The emulator takes no notice of partial failures of a stream: there the whole batch has to come again.
        raise NotPublished(failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
