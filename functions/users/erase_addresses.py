"""A task of closing an account: delete its address book."""

from mall import saga
from mall.users.address_book import service


@saga.task("users.erase_addresses", key="user_id")
def app(account: saga.Input) -> saga.Result:
    """Delete the address book of `user_id` and say how many addresses it held."""
    return {"addresses": service.erase(account["user_id"])}
