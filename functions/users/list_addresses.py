"""List one's own addresses."""

from mall.http import Endpoint
from mall.users.address_book import service
from mall.users.address_book.schemas import AddressList, AddressView

app = Endpoint("users.list_addresses")


@app.route("/api/users/me/addresses")
def list_addresses() -> AddressList:
    """List one's addresses, the default first, then the newest first."""
    return AddressList(items=[AddressView.of(address) for address in service.listed(app.caller.user_id)])
