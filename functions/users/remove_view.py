"""Take a product out of one's browsing history."""

from mall.http import Endpoint
from mall.ids import MalformedId
from mall.users.activity import service

app = Endpoint("users.remove_view")


@app.route("/api/users/me/views/{product_id}", method="DELETE", status=204, refusals=(MalformedId,))
def remove_view(product_id: str) -> None:
    """Take a product out of one's browsing history; a repetition changes nothing and succeeds."""
    service.remove_view(app.caller.user_id, product_id)
