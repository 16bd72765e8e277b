"""Send a one-time code to an e-mail address or phone number."""

from mall.auth import PUBLIC
from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.users import model
from mall.users.codes import service
from mall.users.codes.schemas import CodeRequest, CodeRequested
from mall.users.credentials import NotAnIdentifier

app = Endpoint("users.send_code")


@app.route(
    "/api/codes",
    method="POST",
    access=PUBLIC,
    body=CodeRequest,
    status=202,
    refusals=(NotAnIdentifier, TooManyRequests),
)
def send_code(body: CodeRequest) -> CodeRequested:
    """Send a one-time code to an e-mail address or phone number; the answer is the same for all of them."""
    service.request_code(body.identifier, body.purpose, address=app.source_ip, locale=body.locale)
    return CodeRequested(expires_in=int(model.CODE_LIFETIME.total_seconds()), retry_after=service.CODE_PAUSE_SECONDS)
