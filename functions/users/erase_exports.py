"""A task of closing an account: delete the copies that were made of its data."""

from mall import saga
from mall.users.privacy import service


@saga.task("users.erase_exports", key="user_id")
def app(given: saga.Input) -> saga.Result:
    """Delete the exports of `user_id` and say how many files there were."""
    return {"files": service.erase_exports(given["user_id"])}
