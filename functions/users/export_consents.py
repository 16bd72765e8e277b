"""A task of exporting somebody's data: the person's consents."""

from mall import saga
from mall.users.consents import service
from mall.users.privacy import service as privacy


@saga.task("users.export_consents", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the consents of `user_id` as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "consents", list(service.export(given["user_id"])))
