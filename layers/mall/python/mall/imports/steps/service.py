"""Reading files, taking products in, writing files, and ending what is lost."""

import csv
import heapq
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from itertools import chain
from typing import IO, Any

from mall import clock
from mall.imports import model, store
from mall.imports.files import store as files
from mall.imports.formats import reading, writing
from mall.imports.formats.grouping import guarded
from mall.imports.model import Fault, FileRefused, Format, Job, Kind, Record, State, Tally
from mall.imports.steps import describing, taking
from mall.observability import count, logger


def split(merchant_id: str, job_id: str) -> None:
    """Read the file of an import and have its chunks worked; the same file gives the same chunks every time."""
    job = store.find(merchant_id, job_id)
    if job is None:
        return
    if job.state is State.READING:
        try:
            _read(job)
        except FileRefused as refusal:
            store.refuse(job, Fault(0, refusal.code, str(refusal)), at=clock.now())
            logger.info("import refused", job_id=job.id, reason=refusal.code)
            return
        job = store.load(merchant_id, job_id)
    if job.state is State.WORKING:
        store.ask_to_work(job, sorted(set(range(1, job.chunks + 1)) - store.chunks_done(job)))
        _finish_when_done(job)


def work(merchant_id: str, job_id: str, number: int, *, last: bool) -> None:
    """Take in the products of a chunk. Raises taking.Unfinished, unless this is the `last` attempt."""
    job = store.find(merchant_id, job_id)
    if job is None:
        return
    if job.state is State.WORKING and not store.chunk_done(job, number):
        tally, faults = taking.take_in(job, _records(job, number), last=last)
        _complete(job, number, tally, faults)
        count("ProductsImported", tally.created + tally.updated)
        count("ProductsNotImported", tally.failed)
    _finish_when_done(store.load(merchant_id, job_id))


def finish_stalled() -> int:
    """Bring jobs to an end whose messages are lost: what was not worked until now has failed. Says how many."""
    found = store.stalled(clock.now() - model.STALLED_AFTER, limit=100)
    for job in found:
        logger.error("import stalled", job_id=job.id, merchant_id=job.merchant_id, state=job.state)
        if job.kind is Kind.EXPORT or job.state is State.READING:
            store.refuse(job, Fault(0, "NotDone", "This could not be done. Try it again."), at=clock.now())
            continue
        for number in sorted(set(range(1, job.chunks + 1)) - store.chunks_done(job)):
            records = _records(job, number)
            faults = [Fault(record.row, "NotDone", taking.AGAIN, record.external_id[:64]) for record in records]
            _complete(job, number, Tally(failed=len(records)), faults)
        _finish_when_done(store.load(job.merchant_id, job.id))
    return len(found)


# --- exports


def export(merchant_id: str, job_id: str) -> None:
    """Write the merchant's products into the file of an export."""
    job = store.find(merchant_id, job_id)
    if job is None or job.over:
        return
    with tempfile.TemporaryFile() as file:
        try:
            total = writing.write(job.format, describing.documents(merchant_id, most=model.MAX_EXPORTED), file)
        except FileRefused as refusal:
            store.refuse(job, Fault(0, refusal.code, str(refusal)), at=clock.now())
            logger.info("export refused", job_id=job.id, reason=refusal.code)
            return
        files.put_result(job.export_key, file, job.format)
    store.finish(job, at=clock.now(), total=total)
    logger.info("export finished", job_id=job.id, total=total)


# --- inside


def _read(job: Job) -> None:
    """Divide the file into chunks and say how many there are. Raises FileRefused, and then nothing is worked."""
    faults: list[Fault] = []
    total = number = 0
    with files.uploaded(job) as file:
        for number, records in enumerate(_chunks(reading.read(job.format, file), faults), 1):
            files.put_lines(job.chunk_key(number), records)
            total += len(records)
    if not total and not faults:
        raise model.NoRows
    files.put_lines(job.faults_key(0), map(asdict, faults))
    store.begin_working(
        job, total=total + len(faults), chunks=number, failed=len(faults), faults=len(faults), at=clock.now()
    )
    logger.info("import read", job_id=job.id, products=total, chunks=number, unreadable=len(faults))


def _chunks(found: Iterable[Record | Fault], faults: list[Fault]) -> Iterator[list[dict[str, Any]]]:
    """The records in lists of at most CHUNK_PRODUCTS and about CHUNK_BYTES; what is none goes to `faults`."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for item in found:
        if isinstance(item, Fault):
            faults.append(item)
            continue
        record = asdict(item)
        length = len(json.dumps(record, ensure_ascii=False))
        if chunk and (len(chunk) >= model.CHUNK_PRODUCTS or size + length > model.CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(record)
        size += length
    if chunk:
        yield chunk


def _records(job: Job, number: int) -> list[Record]:
    return [
        Record(line["row"], line["document"], tuple(line["sku_rows"])) for line in files.lines(job.chunk_key(number))
    ]


def _complete(job: Job, number: int, tally: Tally, faults: list[Fault]) -> None:
    """Write down what came of a chunk, and count it once."""
    now = clock.now()
    if faults:
        files.put_lines(job.faults_key(number), map(asdict, sorted(faults, key=lambda fault: fault.row)))
    if store.complete_chunk(job, number, tally, len(faults), at=now, expires=now + model.JOBS_KEPT):
        logger.info("chunk imported", job_id=job.id, chunk=number, products=asdict(tally))


def _finish_when_done(job: Job) -> None:
    """End an import all of whose chunks are worked."""
    if job.state is not State.WORKING or job.chunks_done < job.chunks:
        return
    if job.errors:
        with tempfile.TemporaryFile() as file:
            _write_errors(job, file)
            files.put_result(job.errors_key, file, Format.CSV)
    if store.finish(job, at=clock.now()):
        logger.info("import finished", job_id=job.id, total=job.total, products=asdict(job.tally))


def _write_errors(job: Job, file: IO[bytes]) -> None:
    """The faults of the reading and of the chunks in the order of their rows, as spreadsheets open them."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text)
    sheet.writerow([field.name for field in fields(Fault)])
    worked = chain.from_iterable(files.lines(job.faults_key(number)) for number in range(1, job.chunks + 1))
    for fault in heapq.merge(files.lines(job.faults_key(0)), worked, key=lambda fault: int(fault["row"])):
        sheet.writerow([guarded(str(fault[field.name])) for field in fields(Fault)])
    text.detach()
