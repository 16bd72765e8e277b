"""What the sandbox shall do on purpose."""

from mall.auth import PUBLIC
from mall.errors import Conflict
from mall.http import Endpoint
from mall.sandbox import service
from mall.sandbox.model import NoSuchSandboxPayment, NotTheMerchant, SandboxClosed
from mall.sandbox.schemas import SwitchesForm, SwitchesView

app = Endpoint("sandbox.set_switches")


@app.route(
    "/api/sandbox/switches",
    method="PUT",
    access=PUBLIC,
    body=SwitchesForm,
    refusals=(SandboxClosed, NotTheMerchant, NoSuchSandboxPayment, Conflict),
)
def set_switches(body: SwitchesForm) -> SwitchesView:
    """Have callbacks late, twice, never or out of order, amounts wrong, refunds slow, and closing in vain. Signed."""
    return SwitchesView.of(service.switch(service.merchant(app.headers, "PUT", app.path, app.raw), body))
