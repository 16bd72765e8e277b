"""Keep the search index as the catalog is, as the stream of products tells of changes."""

from typing import Any

from mall import config
from mall.observability import count, logger, metrics
from mall.search.index import service
from mall.search.index.service import NotIndexed

PARTS = {"live", "offers"}


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Index the products of a batch of records; from the first that failed on, the stream delivers them again."""
    changed = {
        record["dynamodb"]["SequenceNumber"]: record["dynamodb"]["Keys"]["id"]["S"]
        for record in event["Records"]
        if record["dynamodb"]["Keys"]["part"]["S"] in PARTS
    }
    failed = service.refresh(changed.values())
    logger.info("products indexed", products=len(set(changed.values())) - len(failed), failed=len(failed))
    count("ProductsIndexed", len(set(changed.values())) - len(failed))
    count("ProductsNotIndexed", len(failed))
    metrics.flush_metrics()
    if failed and config.endpoint():
        # The emulator takes no notice of partial failures of a stream: there the whole batch has to come again.
        raise NotIndexed(products=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number, id in changed.items() if id in failed][:1]}
