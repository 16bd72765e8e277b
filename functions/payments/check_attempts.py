"""Ask the channels about payments of which nothing was heard; started every minute."""

from typing import Any

from mall.observability import metrics
from mall.payments.attempts import service

# What one question may take at worst has to fit into what is left.
_ENOUGH_MS = 30_000


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Ask for what is due, close what ran out, and say how much that was."""
    metrics.add_dimension("operation", "payments.check_attempts")
    done = service.sweep(lambda: context.get_remaining_time_in_millis() > _ENOUGH_MS)
    metrics.flush_metrics()
    return done
