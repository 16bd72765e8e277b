"""A task of exporting somebody's data: the person's activity."""

from mall import saga
from mall.users.activity import service
from mall.users.privacy import service as privacy


@saga.task("users.export_activity", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the activity of `user_id` as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "activity", list(service.export(given["user_id"])))
