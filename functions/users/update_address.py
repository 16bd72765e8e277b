"""Replace one of one's own addresses."""

from mall.http import Endpoint
from mall.users.address_book import service
from mall.users.address_book.model import AddressChanged, AddressNotFound, IncompleteAddress
from mall.users.address_book.phones import NotAPhoneNumber
from mall.users.address_book.schemas import AddressView, ChangedAddress
from mall.users.model import AccountClosed

app = Endpoint("users.update_address")


@app.route(
    "/api/users/me/addresses/{address_id}",
    method="PUT",
    body=ChangedAddress,
    idempotent=True,
    refusals=(AccountClosed, AddressChanged, AddressNotFound, IncompleteAddress, NotAPhoneNumber),
)
def update_address(address_id: str, body: ChangedAddress) -> AddressView:
    """Replace an address, if it is still in the version that was read."""
    return AddressView.of(service.update(app.caller.user_id, address_id, body))
