"""A task of exporting somebody's data: the person's orders."""

from mall import saga
from mall.orders import service
from mall.users.privacy import service as privacy


@saga.task("orders.export_orders", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the orders of `user_id` as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "orders", service.export(given["user_id"]))
