"""What shoppers see of what they wait for."""

from datetime import datetime

from mall.http import Page, View
from mall.inventory.notices.model import Notice


class NoticeQuery(Page):
    """A page of what one waits for."""


class NoticeView(View):
    """That one wants to be told when a SKU can be had again."""

    product_id: str
    sku_id: str
    at: datetime

    @classmethod
    def of(cls, notice: Notice) -> "NoticeView":
        """The view of `notice`, for the person who waits only."""
        return cls(product_id=notice.product_id, sku_id=notice.sku_id, at=notice.at)


class NoticeList(View):
    """A page of what one waits for, and the cursor of the next page."""

    items: list[NoticeView]
    next: str | None
