"""A buyer's decision on the page of a payment of the sandbox."""

from mall.auth import PUBLIC
from mall.errors import Conflict
from mall.http import Endpoint, Response, text
from mall.sandbox import pages, service
from mall.sandbox.model import NoSuchSandboxPayment, NotPayable, SandboxClosed
from mall.sandbox.schemas import PageQuery

app = Endpoint("sandbox.decide_payment")


@app.route(
    "/api/sandbox/pay/{payment_id}",
    method="POST",
    access=PUBLIC,
    query=PageQuery,
    body=bytes,
    takes=("application/x-www-form-urlencoded",),
    status=303,
    gives="text/html",
    refusals=(SandboxClosed, NoSuchSandboxPayment, NotPayable, Conflict),
)
def decide_payment(payment_id: str, query: PageQuery, body: bytes) -> Response:
    """Pay (`decision=pay`) or decline (`decision=decline`) on the page, and go back to the merchant."""
    locale = pages.language(query.locale, app.headers.get("accept-language", ""))
    try:
        payment = service.decide(payment_id, pay=service.decision(body))
    except NotPayable:
        # Pressed twice, or too late: the page shows how it stands.
        return text("", status=303, Location=f"?locale={locale}")
    return text("", status=303, Location=payment.return_url, **pages.headers(payment))
