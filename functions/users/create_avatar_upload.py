"""Let somebody upload their avatar."""

from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.users.avatars import service
from mall.users.avatars.schemas import AvatarRequest, Upload

app = Endpoint("users.create_avatar_upload")


@app.route("/api/users/me/avatar", method="POST", body=AvatarRequest, status=201, refusals=(TooManyRequests,))
def create_avatar_upload(body: AvatarRequest) -> Upload:
    """Get a form with which one's avatar is uploaded; the picture shows on the profile soon after."""
    return service.start_upload(app.caller, body.content_type)
