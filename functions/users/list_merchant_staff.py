"""Show one's colleagues at the merchant."""

from mall.auth import permission
from mall.http import Endpoint, Page
from mall.users.staff import service
from mall.users.staff.schemas import StaffList

app = Endpoint("users.list_merchant_staff")


@app.route("/api/merchant/staff", access=permission("users.list_merchant_staff"), query=Page)
def list_merchant_staff(query: Page) -> StaffList:
    """List the staff of one's own merchant."""
    return service.staff(app.caller.merchant_id, limit=query.limit, after=query.after)
