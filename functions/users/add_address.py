"""Add an address to one's own address book."""

from mall.http import Endpoint
from mall.users.address_book import service
from mall.users.address_book.model import AddressBookFull, IncompleteAddress
from mall.users.address_book.phones import NotAPhoneNumber
from mall.users.address_book.schemas import AddressView, NewAddress
from mall.users.model import AccountClosed

app = Endpoint("users.add_address")


@app.route(
    "/api/users/me/addresses",
    method="POST",
    body=NewAddress,
    status=201,
    idempotent=True,
    refusals=(AccountClosed, AddressBookFull, IncompleteAddress, NotAPhoneNumber),
)
def add_address(body: NewAddress) -> AddressView:
    """Add an address to one's address book; the first one becomes the default."""
    return AddressView.of(service.add(app.caller.user_id, body))
