"""A task of exporting somebody's data: the person's wallet."""

from mall import saga
from mall.users.privacy import service as privacy
from mall.wallet.exports import service


@saga.task("wallet.export_wallet", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the wallet of `user_id`, and all that it did, as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "wallet", service.export(given["user_id"]))
