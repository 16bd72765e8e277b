"""The sandbox's bill of a day."""

from mall.auth import PUBLIC
from mall.http import Endpoint, Response, text
from mall.sandbox import service
from mall.sandbox.model import NotTheMerchant, SandboxClosed

app = Endpoint("sandbox.get_bill")


@app.route("/api/sandbox/bills/{day}", access=PUBLIC, gives="text/csv", refusals=(SandboxClosed, NotTheMerchant))
def get_bill(day: str) -> Response:
    """What was paid and refunded on a day (UTC, YYYY-MM-DD), as CSV. Signed by the merchant."""
    merchant = service.merchant(app.headers, "GET", app.path, b"")
    return text(service.bill(merchant, service.day(day)), content_type="text/csv")
