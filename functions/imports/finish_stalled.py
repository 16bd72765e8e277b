"""Bring imports and exports to an end on which nothing has moved for hours; started every hour."""

from typing import Any

from mall.imports.steps import service


def app(event: dict[str, Any], context: Any) -> dict[str, int]:
    """End what is stalled and say how much that was."""
    return {"ended": service.finish_stalled()}
