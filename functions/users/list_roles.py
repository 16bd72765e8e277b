"""Show what roles there are."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users.roles import service
from mall.users.roles.schemas import Roles, RoleView

app = Endpoint("users.list_roles")


@app.route("/api/admin/roles", access=permission("users.list_roles"))
def list_roles() -> Roles:
    """List the roles and what they permit."""
    return Roles(items=[RoleView.of(role) for role in service.roles()])
