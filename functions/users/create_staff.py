"""Open a staff account."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier
from mall.users.staff import service
from mall.users.staff.schemas import NewStaff, StaffCreated, StaffView

app = Endpoint("users.create_staff")


@app.route(
    "/api/admin/staff",
    method="POST",
    access=permission("users.create_staff"),
    body=NewStaff,
    status=201,
    refusals=(NotAnIdentifier, model.NoSuchRole, model.RoleBeyondOwn, model.IdentifierTaken),
)
def create_staff(body: NewStaff) -> StaffCreated:
    """Open a staff account for the platform or a merchant; its one-time password is shown once."""
    account, password = service.create_staff(
        app.caller, body.identifier, nickname=body.nickname, roles=body.roles, merchant_id=body.merchant_id
    )
    return StaffCreated(staff=StaffView.of(account), one_time_password=password)
