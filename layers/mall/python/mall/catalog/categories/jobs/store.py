"""Jobs in the table `catalog`, and the queue that has them worked on."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from mall import aws, config
from mall.catalog.categories.jobs.model import Job, Kind, NoSuchCategoryJob, State
from mall.catalog.documents import Document, text_of

_KEPT = timedelta(days=90)
_TIMES = ("created_at", "finished_at")


def load(job_id: str) -> Job:
    """The job. Raises NoSuchCategoryJob."""
    try:
        said: dict[str, Any] = Document.get(_id(job_id), consistent_read=True).content
    except Document.DoesNotExist:
        raise NoSuchCategoryJob from None
    times = {name: datetime.fromisoformat(said[name]) if said[name] else None for name in _TIMES}
    return Job(**said | times | {"kind": Kind(said["kind"]), "state": State(said["state"])})


def save(job: Job) -> None:
    """Keep the job as it is; only the one who works on it changes it."""
    times = {name: moment.isoformat() if (moment := getattr(job, name)) else None for name in _TIMES}
    said = asdict(job) | times
    expires = int((job.created_at + _KEPT).timestamp())
    Document(_id(job.id), version=1, body=text_of(said), expires=expires).save()


def ask(job: Job) -> None:
    """Have the job worked on."""
    aws.client("sqs").send_message(QueueUrl=config.queue("category-jobs"), MessageBody=json.dumps({"job_id": job.id}))


def _id(job_id: str) -> str:
    return f"job#{job_id}"
