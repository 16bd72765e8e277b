"""Find what orders hold for longer than they may."""

from typing import Any

from mall.inventory import overdue
from mall.observability import logger

# Left for the last question and the log.
_MARGIN_MS = 5_000


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Ask what is to become of overdue reservations, once an hour for each order."""
    told = overdue.ask(lambda: context.get_remaining_time_in_millis() > _MARGIN_MS)
    logger.info("overdue reservations told", orders=told)
    return {"orders": told}
