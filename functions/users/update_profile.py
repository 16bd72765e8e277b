"""Change one's own profile."""

from mall.http import Endpoint
from mall.users import model
from mall.users.profiles import service
from mall.users.profiles.schemas import ProfileChange, ProfileView

app = Endpoint("users.update_profile")


@app.route(
    "/api/users/me",
    method="PATCH",
    body=ProfileChange,
    refusals=(
        model.AccountClosed,
        model.ChangedMeanwhile,
    ),
)
def update_profile(body: ProfileChange) -> ProfileView:
    """Change what is sent of one's profile, and only that."""
    return ProfileView.of(service.update_profile(app.caller, body))
