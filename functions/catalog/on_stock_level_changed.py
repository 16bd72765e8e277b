"""Tell people how many there are of what came near its end, ran out, or came back."""

from mall import events
from mall.catalog.offers import service


@events.consumer("catalog.on_stock_level_changed")
def app(event: events.Event) -> None:
    """Take in `inventory.StockLevelChanged`. How many there are now counts, so the news may come in any order."""
    service.take_stock(event.data["product_id"])
