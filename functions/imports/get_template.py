"""Say what a file of products may hold."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.imports import service
from mall.imports.schemas import TemplateView

app = Endpoint("imports.get_template")


@app.route("/api/imports/template", access=PUBLIC, max_age=3600)
def get_template() -> TemplateView:
    """Read what a file of products may hold: its fields, columns and limits."""
    return service.get_template()
