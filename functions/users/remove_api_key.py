"""Withdraw a merchant's key."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users.api_keys import model, service

app = Endpoint("users.remove_api_key")


@app.route(
    "/api/merchant/keys/{key_id}",
    method="DELETE",
    access=permission("users.remove_api_key"),
    status=204,
    refusals=(model.NoSuchKey,),
)
def remove_api_key(key_id: str) -> None:
    """Withdraw a key of one's own merchant; calls signed with it are refused from now on."""
    service.remove(app.caller, key_id)
