"""Ask the channels about payments of which nothing was heard; started every minute."""

from typing import Any

from mall.observability import count, metrics
from mall.payments.attempts import service

# What is cut short is done the next time: who takes an attempt on has written down when to ask again.
SPARE_MS = 5_000


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Ask for what is due, close what ran out, and say how much that was."""
    metrics.add_dimension("operation", "payments.check_attempts")
    done = service.sweep(lambda: context.get_remaining_time_in_millis() > SPARE_MS)
    count("AttemptsAsked", done["asked"])
    metrics.flush_metrics()
    return done
