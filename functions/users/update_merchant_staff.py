"""Change a colleague's account at one's own merchant."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users import model
from mall.users.staff import service
from mall.users.staff.schemas import StaffChange, StaffView

app = Endpoint("users.update_merchant_staff")


@app.route(
    "/api/merchant/staff/{user_id}",
    method="PATCH",
    access=permission("users.update_merchant_staff"),
    body=StaffChange,
    refusals=(model.NoSuchAccount, model.NoSuchRole, model.RoleBeyondOwn, model.AccountClosed, model.ChangedMeanwhile),
)
def update_merchant_staff(user_id: str, body: StaffChange) -> StaffView:
    """Give a colleague other roles, or disable or enable the account; it is signed out everywhere."""
    return StaffView.of(service.update_staff(app.caller, user_id, body, merchant_id=app.caller.merchant_id))
