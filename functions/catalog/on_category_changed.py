"""Publish what a changed category has changed below it."""

from mall import events
from mall.catalog.categories.tree import service


@events.consumer("catalog.on_category_changed")
def app(event: events.Event) -> None:
    """Take in `catalog.CategoryChanged`."""
    service.changed(event)
