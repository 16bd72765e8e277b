"""Delete the pictures that nobody has shown for a week; started every night."""

from typing import Any

from mall import clock
from mall.images import collecting
from mall.observability import metrics


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Collect what is unused and say how many pictures there were."""
    deleted = collecting.collect(clock.now().date())
    metrics.flush_metrics()
    return {"deleted": deleted}
