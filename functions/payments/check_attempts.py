"""Ask the channels about payments of which nothing was heard, and forget old callbacks; started every minute."""

from typing import Any

from mall.observability import count, metrics
from mall.payments.attempts import service
from mall.payments.callbacks import service as callbacks

# What is cut short is done the next time: who takes an attempt on has written down when to ask again.
SPARE_MS = 5_000


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Ask for what is due, close what ran out, and say how much that was."""
    metrics.add_dimension("operation", "payments.check_attempts")

    def go_on() -> bool:
        return bool(context.get_remaining_time_in_millis() > SPARE_MS)

    done = service.sweep(go_on)
    count("AttemptsAsked", done["asked"])
    count("CallbacksForgotten", callbacks.forget_old(go_on))
    metrics.flush_metrics()
    return done
