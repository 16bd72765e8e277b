"""A task of exporting somebody's data: the person's cart."""

from mall import saga
from mall.cart import service
from mall.users.privacy import service as privacy


@saga.task("cart.export_cart", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the cart of `user_id` as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "cart", service.export(given["user_id"]))
