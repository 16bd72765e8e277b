"""Try every refund that is due again; started every minute."""

from typing import Any

from mall.observability import metrics
from mall.refunds.sending import service


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Send or ask after what is due, tell how many refunds are stuck, and say how many were tried."""
    tried = service.sweep(lambda needed: context.get_remaining_time_in_millis() > needed.total_seconds() * 1000)
    metrics.flush_metrics()
    return {"tried": tried}
