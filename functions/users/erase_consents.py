"""A task of closing an account: keep the proof of its consents under a pseudonym only."""

from mall import saga
from mall.users.consents import service


@saga.task("users.erase_consents", key="user_id")
def app(account: saga.Input) -> saga.Result:
    """Pseudonymise what `user_id` agreed to and say how many rows that were."""
    return {"consents": service.erase(account["user_id"])}
