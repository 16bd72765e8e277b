"""Give a merchant the address of another size of a picture."""

from mall.auth import permission
from mall.http import Endpoint
from mall.images import service
from mall.images.addresses import NoSuchSize
from mall.images.model import NoSuchPicture
from mall.images.schemas import Address, SizeQuery

app = Endpoint("images.get_address")


@app.route(
    "/api/merchant/pictures/{id}/address",
    access=permission("images.get_address"),
    query=SizeQuery,
    refusals=(NoSuchPicture, NoSuchSize),
)
def get_address(id: str, query: SizeQuery) -> Address:
    """Get the signed address of a picture in another size of the mall's list; it does not expire."""
    return service.address(app.caller, id, query)
