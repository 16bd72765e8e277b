"""Finish the moves of slots whose mover died after the cut-over, when the slot takes no writes: every five minutes."""

from typing import Any

from mall.observability import count, logger, metrics
from mall.sql import moves

# Long enough for the server to miss a mover that was killed, short enough to leave a living one in peace.
PATIENCE_SECONDS = 5.0


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Finish what is decided, and count what is still before its cut-over: its mover, or a person, goes on with it.

    `grace` in the event says for how many seconds the old rows stay.
    """
    left = moves.settle(grace=float(event.get("grace", moves.GRACE)), patience=PATIENCE_SECONDS)
    if left:
        logger.info("moves unfinished", slots=[move.slot for move in left])
    count("SlotMovesUnfinished", len(left))
    metrics.flush_metrics()
    return {"unfinished": [move.slot for move in left]}
