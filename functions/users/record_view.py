"""Remember that one looked at a product."""

from mall.http import Endpoint
from mall.ids import MalformedId
from mall.users.activity import service
from mall.users.activity.schemas import Recorded

app = Endpoint("users.record_view")


@app.route("/api/users/me/views/{product_id}", method="PUT", refusals=(MalformedId,))
def record_view(product_id: str) -> Recorded:
    """Put a product in front of one's browsing history, unless one withdrew the consent to keep it."""
    return Recorded(recorded=service.record_view(app.caller.user_id, product_id))
