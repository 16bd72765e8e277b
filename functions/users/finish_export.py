"""A task of exporting somebody's data: put the parts together."""

from mall import saga
from mall.users.privacy import service


@saga.task("users.finish_export", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Make one archive of the parts of `export_id`."""
    service.put_together(given["user_id"], given["export_id"])
