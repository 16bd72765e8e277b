"""Say which pictures products show since their latest versions."""

from collections.abc import Sequence

from mall import events
from mall.catalog.products.upkeep import service


@events.consumer_of_many("catalog.on_product_published")
def app(happened: Sequence[events.Event]) -> None:
    """Take in `catalog.ProductPublished`."""
    service.count_pictures({event.aggregate for event in happened})
