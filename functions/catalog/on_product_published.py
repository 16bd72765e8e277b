"""Say which pictures a product shows since its latest version."""

from mall import events
from mall.catalog.products.upkeep import service


@events.consumer("catalog.on_product_published")
def app(event: events.Event) -> None:
    """Take in `catalog.ProductPublished`."""
    service.count_pictures(event.aggregate)
