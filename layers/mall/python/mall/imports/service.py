"""Imports and exports of a merchant's products, step by step. Each step may come again; what is done stays done."""

import csv
import heapq
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from itertools import chain
from typing import IO, Any

from mall import clock, ids, limits
from mall.auth import Caller
from mall.http import Page
from mall.imports import describing, model, schemas, store, taking
from mall.imports.formats import reading, template, writing
from mall.imports.formats.grouping import guarded
from mall.imports.model import Fault, FileRefused, Format, Job, Kind, Record, State, Tally
from mall.merchants import service as merchants
from mall.observability import count, logger

_A_DAY = 24 * 60 * 60
_IMPORTS_A_DAY = 200
_EXPORTS_A_DAY = 50


# --- what merchants ask for


def create_import(caller: Caller, wanted: schemas.NewImport) -> schemas.CreatedImport:
    """Begin an import and give the form for its file. Raises MerchantNotActive or TooManyRequests."""
    merchants.active(caller.merchant_id)
    limits.hit("import", caller.merchant_id, most=_IMPORTS_A_DAY, seconds=_A_DAY)
    now = clock.now()
    job = Job(
        id=ids.new("imp", at=now),
        merchant_id=caller.merchant_id,
        kind=Kind.IMPORT,
        format=wanted.format,
        state=State.WAITING,
        created_at=now,
        created_by=caller.user_id or caller.key_id,
        file_name=wanted.file_name,
        then=wanted.then,
        repeat=wanted.repeat,
        language=wanted.language,
        template=wanted.template,
    )
    store.create(job, expires=now + model.FORMS_KEPT)
    logger.info("import created", job_id=job.id, format=job.format)
    form = store.form(job)
    return schemas.CreatedImport(id=job.id, upload=schemas.ImportUpload(url=form["url"], fields=form["fields"]))


def get_import(caller: Caller, job_id: str) -> schemas.ImportView:
    """How far an import is. Raises NoSuchJob."""
    return _import_view(_job(caller, job_id, Kind.IMPORT))


def list_imports(caller: Caller, query: Page) -> schemas.ImportList:
    """A page of the merchant's imports, the newest first."""
    found, following = store.jobs(caller.merchant_id, "imp", limit=query.limit, after=query.after)
    return schemas.ImportList(items=[_import_view(job) for job in found], next=following)


def create_export(caller: Caller, wanted: schemas.NewExport) -> schemas.ExportView:
    """Begin an export. Raises TooManyRequests."""
    limits.hit("export", caller.merchant_id, most=_EXPORTS_A_DAY, seconds=_A_DAY)
    now = clock.now()
    job = Job(
        id=ids.new("exp", at=now),
        merchant_id=caller.merchant_id,
        kind=Kind.EXPORT,
        format=wanted.format,
        state=State.WORKING,
        created_at=now,
        created_by=caller.user_id or caller.key_id,
    )
    store.create(job, expires=now + model.JOBS_KEPT)
    store.ask_to_export(job)
    logger.info("export created", job_id=job.id, format=job.format)
    return schemas.ExportView.of(job)


def get_export(caller: Caller, job_id: str) -> schemas.ExportView:
    """How far an export is. Raises NoSuchJob."""
    return _export_view(_job(caller, job_id, Kind.EXPORT))


def list_exports(caller: Caller, query: Page) -> schemas.ExportList:
    """A page of the merchant's exports, the newest first."""
    found, following = store.jobs(caller.merchant_id, "exp", limit=query.limit, after=query.after)
    return schemas.ExportList(items=[_export_view(job) for job in found], next=following)


def get_template() -> schemas.TemplateView:
    """What a file of products may say."""
    return schemas.TemplateView(
        version=template.VERSION,
        says=(template.__doc__ or "").strip(),
        languages=list(template.LANGUAGES),
        columns=template.columns(),
        fields=[schemas.TemplateField.of(field) for field in template.FIELDS],
        example=template.EXAMPLE,
        max_bytes=model.MAX_BYTES,
        max_rows=model.MAX_ROWS,
        max_skus=template.MAX_SKUS,
        max_pictures=template.MAX_PICTURES,
    )


# --- the steps of an import


def uploaded(key: str, etag: str) -> None:
    """The file of an import is there: have it read. A second file for the same import is left alone."""
    job = _known(*model.job_of(key))
    if job is None:
        return
    now = clock.now()
    begun = store.begin_reading(job, etag, at=now, expires=now + model.JOBS_KEPT)
    if begun or (job.state is State.READING and job.etag == etag):
        store.ask_to_split(job)
        logger.info("import uploaded", job_id=job.id)


def split(merchant_id: str, job_id: str) -> None:
    """Read the file of an import and have its chunks worked; the same file gives the same chunks every time."""
    job = _known(merchant_id, job_id)
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
    job = _known(merchant_id, job_id)
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


# --- the step of an export


def export(merchant_id: str, job_id: str) -> None:
    """Write the merchant's products into the file of an export."""
    job = _known(merchant_id, job_id)
    if job is None or job.over:
        return
    with tempfile.TemporaryFile() as file:
        try:
            total = writing.write(job.format, describing.documents(merchant_id, most=model.MAX_EXPORTED), file)
        except FileRefused as refusal:
            store.refuse(job, Fault(0, refusal.code, str(refusal)), at=clock.now())
            logger.info("export refused", job_id=job.id, reason=refusal.code)
            return
        store.put_result(job.export_key, file, job.format)
    store.finish(job, at=clock.now(), total=total)
    logger.info("export finished", job_id=job.id, total=total)


# --- inside


def _job(caller: Caller, job_id: str, kind: Kind) -> Job:
    job = store.load(caller.merchant_id, job_id)
    if job.kind is not kind:
        raise model.NoSuchJob
    return job


def _known(merchant_id: str, job_id: str) -> Job | None:
    """The job, or None where there is nothing to do any more because it is forgotten."""
    try:
        return store.load(merchant_id, job_id)
    except model.NoSuchJob:
        logger.warning("job is forgotten", job_id=job_id, merchant_id=merchant_id)
        return None


def _import_view(job: Job) -> schemas.ImportView:
    ready = job.state is State.FINISHED and job.errors
    return schemas.ImportView.of(job, store.link(job.errors_key, f"errors-{job.id}.csv") if ready else None)


def _export_view(job: Job) -> schemas.ExportView:
    ready = job.state is State.FINISHED
    return schemas.ExportView.of(job, store.link(job.export_key, f"products-{job.id}.{job.format}") if ready else None)


def _read(job: Job) -> None:
    """Divide the file into chunks and say how many there are. Raises FileRefused, and then nothing is worked."""
    faults: list[Fault] = []
    total = number = 0
    with store.uploaded(job) as file:
        for number, records in enumerate(_chunks(reading.read(job.format, file), faults), 1):
            store.put_lines(job.chunk_key(number), records)
            total += len(records)
    if not total and not faults:
        raise model.NoRows
    store.put_lines(job.faults_key(0), map(asdict, faults))
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
        Record(line["row"], line["document"], tuple(line["sku_rows"])) for line in store.lines(job.chunk_key(number))
    ]


def _complete(job: Job, number: int, tally: Tally, faults: list[Fault]) -> None:
    """Write down what came of a chunk, and count it once."""
    now = clock.now()
    if faults:
        store.put_lines(job.faults_key(number), map(asdict, faults))
    if store.complete_chunk(job, number, tally, len(faults), at=now, expires=now + model.JOBS_KEPT):
        logger.info("chunk imported", job_id=job.id, chunk=number, products=asdict(tally))


def _finish_when_done(job: Job) -> None:
    """End an import all of whose chunks are worked."""
    if job.state is not State.WORKING or job.chunks_done < job.chunks:
        return
    if job.errors:
        with tempfile.TemporaryFile() as file:
            _write_errors(job, file)
            store.put_result(job.errors_key, file, Format.CSV)
    if store.finish(job, at=clock.now()):
        logger.info("import finished", job_id=job.id, total=job.total, products=asdict(job.tally))


def _write_errors(job: Job, file: IO[bytes]) -> None:
    """The faults of the reading and of the chunks in the order of their rows, as spreadsheets open them."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text)
    sheet.writerow([field.name for field in fields(Fault)])
    worked = chain.from_iterable(store.lines(job.faults_key(number)) for number in range(1, job.chunks + 1))
    for fault in heapq.merge(store.lines(job.faults_key(0)), worked, key=lambda fault: int(fault["row"])):
        sheet.writerow([guarded(str(fault[field.name])) for field in fields(Fault)])
    text.detach()
