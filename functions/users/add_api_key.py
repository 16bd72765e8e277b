"""Register a public key for a merchant's signed calls."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users.api_keys import model, service
from mall.users.api_keys.schemas import ApiKeyView, NewApiKey
from mall.users.model import RoleBeyondOwn

app = Endpoint("users.add_api_key")


@app.route(
    "/api/merchant/keys",
    method="POST",
    access=permission("users.add_api_key"),
    body=NewApiKey,
    status=201,
    idempotent=True,
    refusals=(model.NotAPublicKey, model.TooManyKeys, RoleBeyondOwn),
)
def add_api_key(body: NewApiKey) -> ApiKeyView:
    """Register an Ed25519 public key with which the merchant's programs sign their calls."""
    return ApiKeyView.of(service.add(app.caller, body))
