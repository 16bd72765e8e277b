"""Tell load balancers and people that the mall is there."""

from mall import config
from mall.auth import PUBLIC
from mall.http import Endpoint, View

app = Endpoint("ops.check_health")


class Health(View):
    """That the mall answers, and which mall it is."""

    status: str
    stage: str


@app.route("/api/health", access=PUBLIC)
def check_health() -> Health:
    """Ask whether the mall answers."""
    return Health(status="ok", stage=config.stage())
