"""Show who works here."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users.staff import service
from mall.users.staff.schemas import StaffList, StaffPage

app = Endpoint("users.list_staff")


@app.route("/api/admin/staff", access=permission("users.list_staff"), query=StaffPage)
def list_staff(query: StaffPage) -> StaffList:
    """List the staff of the platform, or of a merchant."""
    return service.staff(query.merchant_id or "platform", limit=query.limit, after=query.after)
