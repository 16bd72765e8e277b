"""Take the products of a suspended merchant off sale, and put them on sale again afterwards."""

from mall import events
from mall.catalog.products.upkeep import service


@events.consumer("catalog.on_merchant_changed")
def app(event: events.Event) -> None:
    """Take in `merchants.MerchantChanged`."""
    service.merchant_changed(event)
