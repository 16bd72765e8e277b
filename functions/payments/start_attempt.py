"""Begin to pay."""

from mall.http import Endpoint
from mall.payments.attempts import service
from mall.payments.model import (
    AlreadyPaid,
    ChannelRefused,
    ChannelUnavailable,
    IntentClosed,
    MethodNotOffered,
    NoSuchChannel,
    PaymentNotFound,
    TooManyAttempts,
)
from mall.payments.schemas import AttemptView, NewAttempt

app = Endpoint("payments.start_attempt")


@app.route(
    "/api/payments/{intent_id}/attempts",
    method="POST",
    body=NewAttempt,
    status=201,
    idempotent=True,
    refusals=(
        PaymentNotFound, NoSuchChannel, MethodNotOffered, IntentClosed, AlreadyPaid, TooManyAttempts, ChannelRefused,
        ChannelUnavailable,
    ),
)  # fmt: skip
def start_attempt(intent_id: str, body: NewAttempt) -> AttemptView:
    """Begin to pay through a channel; `action` says how to go on. The amount is what is due, all of it."""
    attempt = service.start(
        app.caller.user_id,
        intent_id,
        channel=body.channel,
        method=body.method,
        return_path=body.return_path,
        source_ip=app.source_ip,
    )
    return AttemptView.of(attempt)
