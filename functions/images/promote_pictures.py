"""Find hot pictures, let go of those that no longer are, bring to the edge what is due; every five minutes."""

from collections.abc import Mapping
from typing import Any

from mall.images.heat import service
from mall.observability import metrics


def app(event: dict[str, Any], context: Any) -> Mapping[str, int]:
    """Say how many pictures are promoted, how many cooled down, and how many were brought to the edge."""
    found = service.refresh()
    metrics.flush_metrics()
    return found
