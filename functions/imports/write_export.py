"""Write the files of exports, from the queue of exports."""

from typing import Any

from mall import queues
from mall.imports.steps import service


def app(batch: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of exports; one that is finished is not written again."""
    return queues.take("imports.write_export", batch, _write)


def _write(record: Any) -> None:
    asked = record.json_body
    service.export(asked["merchant_id"], asked["job_id"])
