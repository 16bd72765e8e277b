"""A task of closing an account: delete its pictures."""

from mall import saga
from mall.users.avatars import service


@saga.task("users.erase_avatar", key="user_id")
def app(given: saga.Input) -> saga.Result:
    """Delete the pictures of `user_id` and say how many there were."""
    return {"pictures": service.erase(given["user_id"])}
