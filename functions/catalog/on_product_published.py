"""Say which pictures products show since their latest versions, and see to their stock."""

from collections.abc import Sequence

from mall import events
from mall.catalog.products.upkeep import service


@events.consumer_of_many("catalog.on_product_published")
def app(happened: Sequence[events.Event]) -> None:
    """Take in `catalog.ProductPublished`."""
    service.products_published({event.aggregate for event in happened})
