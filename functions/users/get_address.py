"""Read one of one's own addresses."""

from mall.http import Endpoint
from mall.users.address_book import service
from mall.users.address_book.model import AddressNotFound
from mall.users.address_book.schemas import AddressView

app = Endpoint("users.get_address")


@app.route("/api/users/me/addresses/{address_id}", refusals=(AddressNotFound,))
def get_address(address_id: str) -> AddressView:
    """Read one of one's addresses."""
    return AddressView.of(service.get(app.caller.user_id, address_id))
