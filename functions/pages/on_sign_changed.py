"""Say which pictures are shown as logos, banners and in articles, so that the others can be collected."""

from collections.abc import Sequence
from typing import Any

from mall import events
from mall.observability import logger
from mall.pages.signs import service


def app(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take in what changed as its queue brings it; on schedule, look at everything, for news that were lost."""
    if "Records" in event:
        return take(event, context)
    counted = service.count_all()
    logger.info("signs counted", signs=counted)
    return {"signs": counted}


@events.consumer_of_many("pages.on_sign_changed")
def take(happened: Sequence[events.Event]) -> None:
    """Take in `catalog.BrandChanged`, `merchants.MerchantChanged` and `content.ContentChanged`."""
    service.count(event.aggregate for event in happened)
