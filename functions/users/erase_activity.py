"""A task of closing an account: delete its favourites and its browsing history."""

from mall import saga
from mall.users.activity import service


@saga.task("users.erase_activity", key="user_id")
def app(account: saga.Input) -> saga.Result:
    """Delete the favourites and views of `user_id` and say how many there were."""
    return {"entries": service.erase(account["user_id"])}
