"""A task of closing an account: delete what is left of its sessions."""

from mall import saga
from mall.users.sessions import service


@saga.task("users.forget_sessions", key="user_id")
def app(given: saga.Input) -> saga.Result:
    """Delete the sessions of `user_id` and the memory of their used tokens."""
    service.forget_sessions(given["user_id"])
