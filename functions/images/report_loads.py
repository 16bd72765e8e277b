"""Take in what browsers tell of the pictures that they had kept."""

from mall.auth import PUBLIC
from mall.errors import TooManyRequests
from mall.http import Endpoint
from mall.images.heat import service
from mall.images.heat.schemas import Loads

app = Endpoint("images.report_loads")


@app.route("/api/pictures/loads", method="POST", access=PUBLIC, body=Loads, status=204, refusals=(TooManyRequests,))
def report_loads(body: Loads) -> None:
    """Tell how many pictures a page showed, and how many of them the browser had kept; only the sums are stored."""
    service.report_loads(body, app.source_ip)
