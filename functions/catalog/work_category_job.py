"""Work on the move or merge of a category, from the queue of jobs."""

from typing import Any

from mall import queues
from mall.catalog.categories.jobs import service
from mall.catalog.products.upkeep.service import move_products

# What is left to do when this little time remains is done by the next message.
_SPARE_MS = 5_000


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of jobs; one that is not done comes again, and goes on where it was."""

    def go_on() -> bool:
        return bool(context.get_remaining_time_in_millis() > _SPARE_MS)

    def work(record: Any) -> None:
        service.work(record.json_body["job_id"], move_products=move_products, go_on=go_on)

    return queues.take("catalog.work_category_job", batch, work)
