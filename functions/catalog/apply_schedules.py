"""Begin and end, every minute, what is due: sales and flags."""

from typing import Any

from mall.catalog.products.upkeep import service
from mall.observability import count, logger, metrics


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Put on sale, take off sale and unflag the products whose time has come."""
    done = service.tick()
    logger.info("schedules applied", products=done)
    count("ProductsTicked", done)
    metrics.flush_metrics()
    return {"products": done}
