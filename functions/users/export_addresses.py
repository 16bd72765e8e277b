"""A task of exporting somebody's data: the person's addresses."""

from mall import saga
from mall.users.address_book import service
from mall.users.privacy import service as privacy


@saga.task("users.export_addresses", key="export_id")
def app(given: saga.Input) -> saga.Result:
    """Store the addresses of `user_id` as a part of `export_id`."""
    privacy.keep_part(given["user_id"], given["export_id"], "addresses", list(service.export(given["user_id"])))
