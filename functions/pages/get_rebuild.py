"""Read how far a rebuild of all pages has come."""

from mall.auth import permission
from mall.http import Endpoint
from mall.pages import service
from mall.pages.model import NoSuchRebuild
from mall.pages.schemas import RebuildView

app = Endpoint("pages.get_rebuild")


@app.route("/api/admin/pages/rebuilds/{rebuild_id}", access=permission("pages.get_rebuild"), refusals=(NoSuchRebuild,))
def get_rebuild(rebuild_id: str) -> RebuildView:
    """Read how far a rebuild of all pages has come."""
    return RebuildView.of(service.rebuild(rebuild_id))
