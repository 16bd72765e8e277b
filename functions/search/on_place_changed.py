"""Let the products of a category, brand or merchant be found as it is called, and where it stands, now."""

from mall import events
from mall.search.index import service


@events.consumer("search.on_place_changed")
def app(event: events.Event) -> None:
    """Take in `catalog.CategoryChanged`, `catalog.BrandChanged` or `merchants.MerchantChanged`."""
    service.place_changed(event)
