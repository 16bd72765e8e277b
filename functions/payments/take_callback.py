"""Take in what a channel of payment tells."""

from mall.auth import PUBLIC
from mall.http import Endpoint, Response, text
from mall.payments.callbacks import service
from mall.payments.model import NoSuchChannel, SignatureInvalid

app = Endpoint("payments.take_callback")


@app.route(
    "/api/payments/callbacks/{channel}",
    method="POST",
    access=PUBLIC,
    body=bytes,
    takes=("application/json", "application/x-www-form-urlencoded", "text/plain"),
    gives="text/plain",
    refusals=(NoSuchChannel, SignatureInvalid),
)
def take_callback(channel: str, body: bytes) -> Response:
    """Tell the mall what became of a payment: for channels, each in its own form and with its own signature."""
    heard = service.take(channel, app.headers, body)
    return text(heard.text, content_type=heard.content_type)
