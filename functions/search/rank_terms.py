"""Make the rankings behind hot words, suggestions and sales anew, every few minutes."""

from typing import Any

from mall.observability import logger
from mall.search.popular import service as popular
from mall.search.sales import service as sales
from mall.search.suggestions import service as suggestions


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Rank what people search for, count how many products each term stands for, and forget old sales."""
    done = {"hot_words": popular.rank(), "terms": suggestions.refresh(), "sales_forgotten": sales.forget_old()}
    logger.info("terms ranked", **done)
    return done
