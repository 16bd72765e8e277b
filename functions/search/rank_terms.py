"""Make the rankings behind hot words and suggestions anew, every few minutes."""

from typing import Any

from mall.observability import logger
from mall.search.popular import service as popular
from mall.search.suggestions import service as suggestions


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Rank what people search for, and count how many products each term stands for."""
    done = {"hot_words": popular.rank(), "terms": suggestions.refresh()}
    logger.info("terms ranked", **done)
    return done
