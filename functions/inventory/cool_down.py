"""Put together the counters of SKUs whose buyers no longer get in each other's way."""

from typing import Any

from mall.inventory import spreading
from mall.observability import logger


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Merge the buckets of SKUs that have been calm for a while."""
    merged = spreading.cool_down()
    logger.info("stock cooled down", merged=merged)
    return {"merged": merged}
