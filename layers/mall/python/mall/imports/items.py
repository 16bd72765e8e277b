"""The DynamoDB table `imports` as PynamoDB models; see the package for what is in it."""

from datetime import datetime

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import nosql
from mall.imports.model import Fault, Format, Job, Kind, Repeat, State, Tally, Then

JOB, CHUNK, ROW = "job#", "chunk#", "row#"


class Unfinished(GlobalSecondaryIndex["JobItem"]):  # type: ignore[no-untyped-call]
    """Jobs that are being worked on, the one that moved longest ago first."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    changed_at = UnicodeAttribute(range_key=True)


class JobItem(nosql.Model):
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
    by_change = Unfinished()


class ChunkItem(nosql.Model):
    """A chunk that was worked; it comes into being when it is done."""

    class Meta(nosql.Table):
        logical = "imports"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    expires = NumberAttribute(attr_name="ttl")


class RowItem(nosql.Model):
    """What a file said of a product last, by digest."""

    class Meta(nosql.Table):
        logical = "imports"

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    digest = UnicodeAttribute()
    job_id = UnicodeAttribute()
    outcome = UnicodeAttribute()
    done = NumberAttribute()


def job_of(item: JobItem) -> Job:
    """The job that the item holds."""
    what = item.what
    return Job(
        id=item.id.removeprefix(JOB),
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
