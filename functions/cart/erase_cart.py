"""A task of closing an account: delete what is in its cart."""

from mall import saga
from mall.cart import service


@saga.task("cart.erase_cart", key="user_id")
def app(account: saga.Input) -> saga.Result:
    """Delete what is in the cart of `user_id`."""
    service.erase(account["user_id"])
