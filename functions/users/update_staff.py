"""Change a staff account."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users import model
from mall.users.staff import service
from mall.users.staff.schemas import StaffChange, StaffView

app = Endpoint("users.update_staff")


@app.route(
    "/api/admin/staff/{user_id}",
    method="PATCH",
    access=permission("users.update_staff"),
    body=StaffChange,
    refusals=(model.NoSuchAccount, model.NoSuchRole, model.RoleBeyondOwn, model.AccountClosed, model.ChangedMeanwhile),
)
def update_staff(user_id: str, body: StaffChange) -> StaffView:
    """Give a staff account other roles, or disable or enable it; it is signed out everywhere."""
    return StaffView.of(service.update_staff(app.caller, user_id, body))
