"""List what one waits for."""

from mall.http import Endpoint
from mall.inventory.notices import service
from mall.inventory.notices.schemas import NoticeList, NoticeQuery

app = Endpoint("inventory.list_restock_notices")


@app.route("/api/users/me/restock-notices", query=NoticeQuery)
def list_restock_notices(query: NoticeQuery) -> NoticeList:
    """List the SKUs of which one asked to be told when they can be had again."""
    return service.mine(app.caller.user_id, query)
