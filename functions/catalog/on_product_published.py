"""Say which pictures a product shows since its latest version, and see to its stock."""

from mall import events
from mall.catalog.products.upkeep import service


@events.consumer("catalog.on_product_published")
def app(event: events.Event) -> None:
    """Take in `catalog.ProductPublished`."""
    service.product_published(event.aggregate)
