"""From the records of a chunk to products in the catalog."""

import hashlib
import json

from mall import errors
from mall.imports import store
from mall.imports.formats.template import MAX_ID
from mall.imports.model import Fault, Job, Outcome, Record, Repeat, Row, Tally
from mall.imports.steps.intake import Intake, Refused
from mall.merchants import service as merchants
from mall.observability import logger

AGAIN = "The product could not be taken in, for a reason that lies with the mall. Upload it again."


class Unfinished(Exception):
    """Some products of a chunk could not be taken in for a reason that may pass; the chunk has to come again."""


def take_in(job: Job, records: list[Record], *, last: bool) -> tuple[Tally, list[Fault]]:
    """Bring each record into the catalog, unless it is there: how many came out how, and what is wrong with whom.

    Raises Unfinished where another attempt may help, unless this is the `last`; what was taken in by then is not
    touched by the next attempt.
    """
    try:
        merchants.active(job.merchant_id)
    except errors.MallError as refusal:
        faults = [Fault(record.row, refusal.code, str(refusal), record.external_id[:MAX_ID]) for record in records]
        return Tally(failed=len(records)), faults
    return _Chunk(job, records).take_in(last=last)


class _Chunk:
    """The records of a chunk, and what is known of each from the last time that a file named it."""

    def __init__(self, job: Job, records: list[Record]) -> None:
        self._job, self._records = job, records
        named = {record.external_id for record in records if self._nameable(record)}
        self._known = store.rows(job.merchant_id, named)
        self._digests = {record.external_id: _digest(job, record) for record in records}

    def take_in(self, *, last: bool) -> tuple[Tally, list[Fault]]:
        """See above."""
        tally, faults, failures = Tally(), list[Fault](), 0
        waiting = []
        for record in self._records:
            settled = self._settled(record)
            if settled is None:
                waiting.append(record)
            else:
                tally = tally.plus(settled)
        if not waiting:
            return tally, faults
        intake = Intake(self._job, waiting)
        begun = {record.external_id: self._begun(record, intake) for record in waiting if self._nameable(record)}
        store.keep_rows(self._job.merchant_id, begun)
        done: dict[str, Row] = {}
        for record in waiting:
            try:
                outcome = intake.take(record)
            except Refused as refusal:
                tally = tally.plus(Outcome.FAILED)
                faults += refusal.faults
            except Exception:
                logger.exception("product not imported", job_id=self._job.id, row=record.row)
                failures += 1
                tally = tally.plus(Outcome.FAILED)
                faults.append(Fault(record.row, "NotDone", AGAIN, record.external_id[:MAX_ID]))
            else:
                before = begun[record.external_id]
                # Of a product that an earlier delivery of this chunk made, the catalog says that it is there already.
                came = Outcome.CREATED if before.outcome is Outcome.CREATED else outcome
                tally = tally.plus(came)
                done[record.external_id] = Row(before.digest, self._job.id, came, done=True)
        store.keep_rows(self._job.merchant_id, done)
        if failures and not last:
            raise Unfinished(f"{failures} products of a chunk of {self._job.id}")
        return tally, faults

    def _settled(self, record: Record) -> Outcome | None:
        """What came of the record already, in this job or in an earlier one that need not be repeated."""
        row = self._known.get(record.external_id)
        if row is None or not row.done or row.digest != self._digests[record.external_id]:
            return None
        if row.job_id == self._job.id:
            return row.outcome
        return Outcome.UNCHANGED if self._job.repeat is Repeat.SKIP else None

    def _begun(self, record: Record, intake: Intake) -> Row:
        """What is written down before the product is touched: whether it is this job that makes it."""
        row, digest = self._known.get(record.external_id), self._digests[record.external_id]
        if row is not None and row.job_id == self._job.id and row.digest == digest:
            return Row(digest, self._job.id, row.outcome, done=False)
        there = intake.knows(record)
        return Row(digest, self._job.id, Outcome.UPDATED if there else Outcome.CREATED, done=False)

    @staticmethod
    def _nameable(record: Record) -> bool:
        return 0 < len(record.external_id) <= MAX_ID


def _digest(job: Job, record: Record) -> str:
    """The same for the same words, and another when what becomes of the product is another."""
    said = [job.template, job.language, job.then, record.document]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
