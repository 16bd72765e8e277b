"""Show a merchant's keys."""

from mall.auth import permission
from mall.http import Endpoint
from mall.users.api_keys import service
from mall.users.api_keys.schemas import ApiKeys, ApiKeyView

app = Endpoint("users.list_api_keys")


@app.route("/api/merchant/keys", access=permission("users.list_api_keys"))
def list_api_keys() -> ApiKeys:
    """List the keys of one's own merchant."""
    return ApiKeys(items=[ApiKeyView.of(key) for key in service.of_merchant(app.caller)])
