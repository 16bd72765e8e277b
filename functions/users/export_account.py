"""A task of exporting somebody's data: what the account itself says."""

from mall import saga
from mall.users.privacy import service


@saga.task("users.export_account", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the account of `user_id` as a part of `export_id`."""
    service.keep_account(given["user_id"], given["export_id"])
