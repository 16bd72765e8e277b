"""Remove one of one's own addresses."""

from mall.http import Endpoint
from mall.users.address_book import service

app = Endpoint("users.remove_address")


@app.route("/api/users/me/addresses/{address_id}", method="DELETE", status=204)
def remove_address(address_id: str) -> None:
    """Remove an address; a repetition changes nothing and succeeds."""
    service.remove(app.caller.user_id, address_id)
