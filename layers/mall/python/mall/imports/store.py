"""Jobs, chunks and rows in DynamoDB; files in a bucket; work in queues."""

import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any, BinaryIO

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import aws, config, errors, nosql
from mall.imports.model import (
    FORM_LIFETIME_SECONDS,
    LINK_LIFETIME_SECONDS,
    MAX_BYTES,
    OVER,
    Fault,
    FileChanged,
    Format,
    Job,
    Kind,
    NoSuchJob,
    Outcome,
    Repeat,
    Row,
    State,
    Tally,
    Then,
)

_JOB, _CHUNK, _ROW = "job#", "chunk#", "row#"
_OPEN = "open"
_ATTEMPTS = 10
_BATCH = 10


class _Unfinished(GlobalSecondaryIndex["_Job"]):  # type: ignore[no-untyped-call]
    """Jobs that are being worked on, the one that moved longest ago first."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    changed_at = UnicodeAttribute(range_key=True)


class _Job(nosql.Model):
    class Meta(nosql.Table):
        logical = "imports"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    what = JSONAttribute()
    etag = UnicodeAttribute(null=True)
    total = NumberAttribute(null=True)
    chunks = NumberAttribute(null=True)
    chunks_done = NumberAttribute(null=True)
    faults = NumberAttribute(null=True)
    created = NumberAttribute(null=True)
    updated = NumberAttribute(null=True)
    unchanged = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    refusal = JSONAttribute(null=True)
    created_at = UTCDateTimeAttribute()
    finished_at = UTCDateTimeAttribute(null=True)
    unfinished = UnicodeAttribute(null=True)
    changed_at = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    by_change = _Unfinished()


class _Chunk(nosql.Model):
    """A chunk that was worked; it comes into being when it is done."""

    class Meta(nosql.Table):
        logical = "imports"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    expires = NumberAttribute(attr_name="ttl")


class _Row(nosql.Model):
    """What a file said of a product last, by digest."""

    class Meta(nosql.Table):
        logical = "imports"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    digest = UnicodeAttribute()
    job_id = UnicodeAttribute()
    outcome = UnicodeAttribute()
    done = NumberAttribute()


# --- jobs


def create(job: Job, *, expires: datetime) -> None:
    """Remember a new job."""
    item = _Job(job.merchant_id, _JOB + job.id, state=job.state, created_at=job.created_at)
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
    item.save(condition=_Job.id.does_not_exist())


def load(merchant_id: str, job_id: str) -> Job:
    """The merchant's job. Raises NoSuchJob, also for another merchant's."""
    try:
        return _job(_Job.get(merchant_id, _JOB + job_id, consistent_read=True))
    except _Job.DoesNotExist:
        raise NoSuchJob from None


def jobs(merchant_id: str, prefix: str, *, limit: int, after: str | None) -> tuple[list[Job], str | None]:
    """A page of the merchant's jobs whose ids begin so ("imp"), the newest first, and the cursor of the next."""
    start = nosql.start_of(after, merchant_id=merchant_id)
    if start is not None and not start.get("id", {}).get("S", "").startswith(f"{_JOB}{prefix}_"):
        raise errors.Invalid("'after' is not a cursor of this list.")
    found = _Job.query(
        merchant_id,
        _Job.id.startswith(f"{_JOB}{prefix}_"),
        scan_index_forward=False,
        limit=limit,
        page_size=limit,
        last_evaluated_key=start,
        consistent_read=True,
    )
    items, following = nosql.page(found)
    return [_job(item) for item in items], following


def stalled(before: datetime, *, limit: int) -> list[Job]:
    """Jobs on which nothing has moved since `before`."""
    return [
        _job(item) for item in _Job.by_change.query(_OPEN, _Unfinished.changed_at < before.isoformat(), limit=limit)
    ]


def begin_reading(job: Job, etag: str, *, at: datetime, expires: datetime) -> bool:
    """The file of a waiting job is there; False when the job waits no longer."""
    return _advance(
        job,
        {State.WAITING},
        State.READING,
        at,
        _Job.etag.set(etag),
        _Job.expires.set(int(expires.timestamp())),
    )


def begin_working(job: Job, *, total: int, chunks: int, failed: int, faults: int, at: datetime) -> bool:
    """The file is read: it has `total` products, of which `failed` could not be read; False when it was read before."""
    return _advance(
        job,
        {State.READING},
        State.WORKING,
        at,
        _Job.total.set(total),
        _Job.chunks.set(chunks),
        _Job.chunks_done.set(0),
        _Job.failed.set(failed),
        _Job.faults.set(faults),
    )


def finish(job: Job, *, at: datetime, total: int | None = None) -> bool:
    """The job is done; False when it was already."""
    counted = () if total is None else (_Job.total.set(total),)
    return _advance(job, {State.READING, State.WORKING}, State.FINISHED, at, _Job.finished_at.set(at), *counted)


def refuse(job: Job, refusal: Fault, *, at: datetime) -> bool:
    """The job cannot be done; False when it was over already."""
    return _advance(
        job,
        {State.READING, State.WORKING},
        State.REFUSED,
        at,
        _Job.finished_at.set(at),
        _Job.refusal.set(asdict(refusal)),
    )


def complete_chunk(job: Job, number: int, tally: Tally, faults: int, *, at: datetime, expires: datetime) -> bool:
    """A chunk is worked; counts it once and says whether this was that time."""
    chunk = _Chunk(job.merchant_id, _chunk_id(job.id, number), expires=int(expires.timestamp()))
    for attempt in range(_ATTEMPTS):
        try:
            with nosql.transaction() as writes:
                writes.save(chunk, condition=_Chunk.id.does_not_exist())
                writes.update(
                    _Job(job.merchant_id, _JOB + job.id),
                    actions=[
                        _Job.chunks_done.add(1),
                        _Job.created.add(tally.created),
                        _Job.updated.add(tally.updated),
                        _Job.unchanged.add(tally.unchanged),
                        _Job.failed.add(tally.failed),
                        _Job.faults.add(faults),
                        _Job.changed_at.set(at.isoformat()),
                    ],
                    condition=_Job.state == State.WORKING,
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
    return bool(_Chunk.count(job.merchant_id, _Chunk.id == _chunk_id(job.id, number), consistent_read=True))


def chunks_done(job: Job) -> set[int]:
    """The numbers of the chunks that were worked and counted."""
    prefix = f"{_CHUNK}{job.id}#"
    found = _Chunk.query(job.merchant_id, _Chunk.id.startswith(prefix), consistent_read=True)
    return {int(item.id.removeprefix(prefix)) for item in found}


# --- rows


def rows(merchant_id: str, external_ids: Iterable[str]) -> dict[str, Row]:
    """What files said last of these products, by external id."""
    keys = [(merchant_id, _ROW + external_id) for external_id in external_ids]
    found = (_Row.batch_get(keys, consistent_read=True)) if keys else ()
    return {
        item.id.removeprefix(_ROW): Row(item.digest, item.job_id, Outcome(item.outcome), bool(item.done))
        for item in found
    }


def keep_rows(merchant_id: str, kept: dict[str, Row]) -> None:
    """Remember what the file says of these products."""
    with _Row.batch_write() as batch:
        for external_id, row in kept.items():
            batch.save(
                _Row(
                    merchant_id,
                    _ROW + external_id,
                    digest=row.digest,
                    job_id=row.job_id,
                    outcome=row.outcome,
                    done=int(row.done),
                )
            )


# --- work


def ask_to_split(job: Job) -> None:
    """Have the uploaded file read."""
    _send("import-splits", [{"merchant_id": job.merchant_id, "job_id": job.id}])


def ask_to_work(job: Job, numbers: Iterable[int]) -> None:
    """Have these chunks worked."""
    _send("import-chunks", [{"merchant_id": job.merchant_id, "job_id": job.id, "chunk": number} for number in numbers])


def ask_to_export(job: Job) -> None:
    """Have the export written."""
    _send("exports", [{"merchant_id": job.merchant_id, "job_id": job.id}])


def _send(queue: str, messages: list[dict[str, Any]]) -> None:
    url, sqs = config.queue(queue), aws.client("sqs")
    for start in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(message)}
            for number, message in enumerate(messages[start : start + _BATCH])
        ]
        failed = sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        if failed:
            raise errors.Unavailable("The work could not be handed on.")


# --- files


def form(job: Job) -> dict[str, Any]:
    """A signed form with which exactly one file, of at most MAX_BYTES, can be put where the job looks for it."""
    kind = job.format.content_type
    made: dict[str, Any] = aws.client("s3").generate_presigned_post(
        config.bucket("imports"),
        job.upload_key,
        Fields={"Content-Type": kind},
        Conditions=[{"Content-Type": kind}, ["content-length-range", 1, MAX_BYTES]],
        ExpiresIn=FORM_LIFETIME_SECONDS,
    )
    return made


@contextmanager
def uploaded(job: Job) -> Iterator[BinaryIO]:
    """The uploaded file, on disk while it is read. Raises FileChanged when it is another than the job began with."""
    client = aws.client("s3")
    with tempfile.TemporaryFile() as file:
        try:
            found = client.get_object(Bucket=config.bucket("imports"), Key=job.upload_key)
        except client.exceptions.NoSuchKey:
            raise FileChanged from None
        if found["ETag"].strip('"') != job.etag:
            raise FileChanged
        for piece in found["Body"].iter_chunks(1024 * 1024):
            file.write(piece)
        file.seek(0)
        yield file


def put_lines(key: str, lines: Iterable[dict[str, Any]]) -> None:
    """Put JSON objects, one a line, at `key`."""
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    aws.client("s3").put_object(Bucket=config.bucket("imports"), Key=key, Body=text.encode())


def lines(key: str) -> list[dict[str, Any]]:
    """The JSON objects at `key`; none where nothing was put."""
    client = aws.client("s3")
    try:
        body = client.get_object(Bucket=config.bucket("imports"), Key=key)["Body"]
    except client.exceptions.NoSuchKey:
        return []
    return [json.loads(line) for line in body.iter_lines(64 * 1024) if line]


def put_result(key: str, file: IO[bytes], format: Format) -> None:
    """Put a finished file where its merchant gets it from."""
    file.seek(0)
    aws.client("s3").put_object(Bucket=config.bucket("imports"), Key=key, Body=file, ContentType=format.content_type)


def link(key: str, name: str) -> str:
    """An address from which a result can be had for a quarter of an hour, under a name of its own."""
    return str(
        aws.client("s3").generate_presigned_url(
            "get_object",
            Params={
                "Bucket": config.bucket("imports"),
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{name}"',
            },
            ExpiresIn=LINK_LIFETIME_SECONDS,
        )
    )


# --- inside


def _advance(job: Job, before: set[State], to: State, at: datetime, *actions: Any) -> bool:
    item = _Job(job.merchant_id, _JOB + job.id)
    moved = [_Job.changed_at.set(at.isoformat())]
    moved.append(_Job.unfinished.remove() if to in OVER else _Job.unfinished.set(_OPEN))
    try:
        with nosql.conditional():
            item.update(
                actions=[_Job.state.set(to), *moved, *actions],
                condition=_Job.state.is_in(*sorted(before)),
            )
    except nosql.ConditionFailed:
        return False
    return True


def _moved(item: _Job, state: State, at: datetime) -> None:
    item.changed_at = at.isoformat()
    if state not in OVER and state is not State.WAITING:
        item.unfinished = _OPEN


def _chunk_id(job_id: str, number: int) -> str:
    return f"{_CHUNK}{job_id}#{number:06d}"


def _job(item: _Job) -> Job:
    what = item.what
    return Job(
        id=item.id.removeprefix(_JOB),
        merchant_id=item.merchant_id,
        kind=Kind(what["kind"]),
        format=Format(what["format"]),
        state=State(item.state),
        created_at=item.created_at,
        created_by=what["created_by"],
        file_name=what["file_name"],
        then=Then(what["then"]),
        repeat=Repeat(what["repeat"]),
        language=what["language"],
        template=what["template"],
        etag=item.etag or "",
        total=int(item.total or 0),
        chunks=int(item.chunks or 0),
        chunks_done=int(item.chunks_done or 0),
        errors=int(item.faults or 0),
        tally=Tally(
            created=int(item.created or 0),
            updated=int(item.updated or 0),
            unchanged=int(item.unchanged or 0),
            failed=int(item.failed or 0),
        ),
        changed_at=datetime.fromisoformat(item.changed_at) if item.changed_at else None,
        finished_at=item.finished_at,
        refusal=Fault(**item.refusal) if item.refusal else None,
    )
