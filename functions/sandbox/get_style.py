"""How the sandbox's pages look."""

from mall.auth import PUBLIC
from mall.http import Endpoint, Response, text
from mall.sandbox import pages

app = Endpoint("sandbox.get_style")


@app.route("/api/sandbox/style", access=PUBLIC, max_age=3600, gives="text/css")
def get_style() -> Response:
    """The stylesheet of the sandbox's pages."""
    return text(pages.STYLE, content_type="text/css")
