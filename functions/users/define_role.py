"""Define a role."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users import model
from mall.users.roles import service
from mall.users.roles.schemas import RoleDefinition, RoleView

app = Endpoint("users.define_role")


@app.route(
    "/api/admin/roles/{name}",
    method="PUT",
    access=permission("users.define_role"),
    body=RoleDefinition,
    refusals=(
        model.BuiltInRole,
        model.RoleBeyondOwn,
        model.NotForMerchants,
        model.RoleScopeStays,
        model.ChangedMeanwhile,
    ),
)
def define_role(name: str, body: RoleDefinition) -> RoleView:
    """Define a role, or define it anew."""
    return RoleView.of(service.define_role(app.caller, name, body))
