"""Open an account for a colleague at one's own merchant."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users import model
from mall.users.credentials import NotAnIdentifier
from mall.users.staff import service
from mall.users.staff.schemas import NewMerchantStaff, StaffCreated, StaffView

app = Endpoint("users.create_merchant_staff")


@app.route(
    "/api/merchant/staff",
    method="POST",
    access=permission("users.create_merchant_staff"),
    body=NewMerchantStaff,
    status=201,
    refusals=(NotAnIdentifier, model.NoSuchRole, model.RoleBeyondOwn, model.IdentifierTaken),
)
def create_merchant_staff(body: NewMerchantStaff) -> StaffCreated:
    """Open a staff account of one's own merchant; its one-time password is shown once."""
    account, password = service.create_staff(
        app.caller, body.identifier, nickname=body.nickname, roles=body.roles, merchant_id=app.caller.merchant_id
    )
    return StaffCreated(staff=StaffView.of(account), one_time_password=password)
