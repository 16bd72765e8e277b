"""Jobs, chunks and rows in DynamoDB; files in a bucket; work in queues."""

import json
import random
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mall import aws, config, errors, nosql
from mall.imports.items import CHUNK, JOB, ROW, ChunkItem, JobItem, RowItem, Unfinished, job_of
from mall.imports.model import (
    OVER,
    Fault,
    Job,
    NoSuchJob,
    Outcome,
    Row,
    State,
    Tally,
)

_OPEN = "open"
_ATTEMPTS = 10
_BATCH = 10


# --- jobs


def create(job: Job, *, expires: datetime) -> None:
    """Remember a new job."""
    item = JobItem(job.merchant_id, JOB + job.id, state=job.state, created_at=job.created_at)
    item.what = {
        "kind": job.kind,
        "format": job.format,
        "created_by": job.created_by,
        "file_name": job.file_name,
        "then": job.then,
        "repeat": job.repeat,
        "language": job.language,
        "template": job.template,
    }
    item.expires = int(expires.timestamp())
    _moved(item, job.state, job.created_at)
    item.save(condition=JobItem.id.does_not_exist())


def load(merchant_id: str, job_id: str) -> Job:
    """The merchant's job. Raises NoSuchJob, also for another merchant's."""
    try:
        return job_of(JobItem.get(merchant_id, JOB + job_id, consistent_read=True))
    except JobItem.DoesNotExist:
        raise NoSuchJob from None


def find(merchant_id: str, job_id: str) -> Job | None:
    """The merchant's job; None where it is forgotten, so that nothing is left to do."""
    try:
        return load(merchant_id, job_id)
    except NoSuchJob:
        return None


def jobs(merchant_id: str, prefix: str, *, limit: int, after: str | None) -> tuple[list[Job], str | None]:
    """A page of the merchant's jobs whose ids begin so ("imp"), the newest first, and the cursor of the next."""
    start = nosql.start_of(after, merchant_id=merchant_id)
    if start is not None and not start.get("id", {}).get("S", "").startswith(f"{JOB}{prefix}_"):
        raise errors.Invalid("'after' is not a cursor of this list.")
    found = JobItem.query(
        merchant_id,
        JobItem.id.startswith(f"{JOB}{prefix}_"),
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=start,
        consistent_read=True,
    )
    items, following = nosql.page(found)
    return [job_of(item) for item in items], following


def stalled(before: datetime, *, limit: int) -> list[Job]:
    """Jobs on which nothing has moved since `before`."""
    return [
        job_of(item) for item in JobItem.by_change.query(_OPEN, Unfinished.changed_at < before.isoformat(), limit=limit)
    ]


def begin_reading(job: Job, etag: str, *, at: datetime, expires: datetime) -> bool:
    """The file of a waiting job is there; False when the job waits no longer."""
    return _advance(
        job,
        {State.WAITING},
        State.READING,
        at,
        JobItem.etag.set(etag),
        JobItem.expires.set(int(expires.timestamp())),
    )


def begin_working(job: Job, *, total: int, chunks: int, failed: int, faults: int, at: datetime) -> bool:
    """The file is read: it has `total` products, of which `failed` could not be read; False when it was read before."""
    return _advance(
        job,
        {State.READING},
        State.WORKING,
        at,
        JobItem.total.set(total),
        JobItem.chunks.set(chunks),
        JobItem.chunks_done.set(0),
        JobItem.failed.set(failed),
        JobItem.faults.set(faults),
    )


def finish(job: Job, *, at: datetime, total: int | None = None) -> bool:
    """The job is done; False when it was already."""
    counted = () if total is None else (JobItem.total.set(total),)
    return _advance(job, {State.READING, State.WORKING}, State.FINISHED, at, JobItem.finished_at.set(at), *counted)


def refuse(job: Job, refusal: Fault, *, at: datetime) -> bool:
    """The job cannot be done; False when it was over already."""
    return _advance(
        job,
        {State.READING, State.WORKING},
        State.REFUSED,
        at,
        JobItem.finished_at.set(at),
        JobItem.refusal.set(asdict(refusal)),
    )


def complete_chunk(job: Job, number: int, tally: Tally, faults: int, *, at: datetime, expires: datetime) -> bool:
    """A chunk is worked; counts it once and says whether this was that time."""
    chunk = ChunkItem(job.merchant_id, _chunk_id(job.id, number), expires=int(expires.timestamp()))
    for attempt in range(_ATTEMPTS):
        try:
            with nosql.transaction() as writes:
                writes.save(chunk, condition=ChunkItem.id.does_not_exist())
                writes.update(
                    JobItem(job.merchant_id, JOB + job.id),
                    actions=[
                        JobItem.chunks_done.add(1),
                        JobItem.created.add(tally.created),
                        JobItem.updated.add(tally.updated),
                        JobItem.unchanged.add(tally.unchanged),
                        JobItem.failed.add(tally.failed),
                        JobItem.faults.add(faults),
                        JobItem.changed_at.set(at.isoformat()),
                    ],
                    condition=JobItem.state == State.WORKING,
                )
            return True
        except nosql.ConditionFailed:
            return False
        except errors.Conflict:
            # Another worker is counting at this moment.
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
    raise AssertionError("unreachable")


def chunk_done(job: Job, number: int) -> bool:
    """Whether the chunk was worked and counted."""
    return bool(ChunkItem.count(job.merchant_id, ChunkItem.id == _chunk_id(job.id, number), consistent_read=True))


def chunks_done(job: Job) -> set[int]:
    """The numbers of the chunks that were worked and counted."""
    prefix = f"{CHUNK}{job.id}#"
    found = ChunkItem.query(job.merchant_id, ChunkItem.id.startswith(prefix), consistent_read=True)
    return {int(item.id.removeprefix(prefix)) for item in found}


# --- rows


def rows(merchant_id: str, external_ids: Iterable[str]) -> dict[str, Row]:
    """What files said last of these products, by external id."""
    keys = [(merchant_id, ROW + external_id) for external_id in external_ids]
    found = (RowItem.batch_get(keys, consistent_read=True)) if keys else ()
    return {
        item.id.removeprefix(ROW): Row(item.digest, item.job_id, Outcome(item.outcome), bool(item.done))
        for item in found
    }


def keep_rows(merchant_id: str, kept: dict[str, Row]) -> None:
    """Remember what the file says of these products."""
    with RowItem.batch_write() as batch:
        for external_id, row in kept.items():
            batch.save(
                RowItem(
                    merchant_id,
                    ROW + external_id,
                    digest=row.digest,
                    job_id=row.job_id,
                    outcome=row.outcome,
                    done=int(row.done),
                )
            )


# --- work


def ask_to_split(job: Job) -> None:
    """Have the uploaded file read."""
    _send(config.queue("import-splits"), [{"merchant_id": job.merchant_id, "job_id": job.id}])


def ask_to_work(job: Job, numbers: Iterable[int]) -> None:
    """Have these chunks worked."""
    _send(
        config.queue("import-chunks"),
        [{"merchant_id": job.merchant_id, "job_id": job.id, "chunk": number} for number in numbers],
    )


def ask_to_export(job: Job) -> None:
    """Have the export written."""
    _send(config.queue("exports"), [{"merchant_id": job.merchant_id, "job_id": job.id}])


def _send(url: str, messages: list[dict[str, Any]]) -> None:
    sqs = aws.client("sqs")
    for start in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(message)}
            for number, message in enumerate(messages[start : start + _BATCH])
        ]
        failed = sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        if failed:
            raise errors.Unavailable("The work could not be handed on.")


# --- inside


def _advance(job: Job, before: set[State], to: State, at: datetime, *actions: Any) -> bool:
    item = JobItem(job.merchant_id, JOB + job.id)
    moved = [JobItem.changed_at.set(at.isoformat())]
    moved.append(JobItem.unfinished.remove() if to in OVER else JobItem.unfinished.set(_OPEN))
    try:
        with nosql.conditional():
            item.update(
                actions=[JobItem.state.set(to), *moved, *actions],
                condition=JobItem.state.is_in(*sorted(before)),
            )
    except nosql.ConditionFailed:
        return False
    return True


def _moved(item: JobItem, state: State, at: datetime) -> None:
    item.changed_at = at.isoformat()
    if state not in OVER and state is not State.WAITING:
        item.unfinished = _OPEN


def _chunk_id(job_id: str, number: int) -> str:
    return f"{CHUNK}{job_id}#{number:06d}"
