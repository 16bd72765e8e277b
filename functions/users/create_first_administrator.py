"""Create the first administrator: invoked once by whoever deploys the mall, never over HTTP."""

from typing import Any

from mall.users.staff import service


def app(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`{"identifier": …}` → the account and its one-time password. Fails with AdministratorExists from then on."""
    account, password = service.create_first_administrator(event["identifier"])
    return {"user_id": account.id, "one_time_password": password}
