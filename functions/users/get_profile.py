"""Show one's own account."""

from mall.http import Endpoint
from mall.users import model, service
from mall.users.profiles.schemas import ProfileView

app = Endpoint("users.get_profile")


@app.route("/api/users/me", refusals=(model.AccountClosed,))
def get_profile() -> ProfileView:
    """Read one's own account and profile."""
    return ProfileView.of(service.profile(app.caller))
