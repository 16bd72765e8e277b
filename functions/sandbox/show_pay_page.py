"""The page on which a payment of the sandbox is paid."""

from mall import clock
from mall.auth import PUBLIC
from mall.http import Endpoint, Response, text
from mall.sandbox import pages, service
from mall.sandbox.model import NoSuchSandboxPayment, SandboxClosed
from mall.sandbox.schemas import PageQuery

app = Endpoint("sandbox.show_pay_page")


@app.route(
    "/api/sandbox/pay/{payment_id}",
    access=PUBLIC,
    query=PageQuery,
    gives="text/html",
    refusals=(SandboxClosed, NoSuchSandboxPayment),
)
def show_pay_page(payment_id: str, query: PageQuery) -> Response:
    """The page on which a buyer pays, or does not."""
    locale = pages.language(query.locale, app.headers.get("accept-language", ""))
    try:
        payment = service.page(payment_id)
    except NoSuchSandboxPayment:
        return text(pages.missing(locale), content_type="text/html", status=404, **pages.headers(None))
    return text(pages.checkout(payment, locale, clock.now()), content_type="text/html", **pages.headers(payment))
