"""Make the search index anew from the catalog, when somebody asks for it."""

from typing import Any

from mall.observability import logger
from mall.search.index import service
from mall.search.suggestions import service as suggestions


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Index every product on sale, remove the others, and say which could not be indexed."""
    failed = service.rebuild(lambda done: logger.info("index being rebuilt", products=done))
    suggestions.refresh()
    logger.info("index rebuilt", failed=len(failed))
    return {"failed": sorted(failed)}
