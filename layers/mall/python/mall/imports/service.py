"""What merchants ask of imports and exports; the work itself is done in `mall.imports.steps`."""

from mall import clock, ids, limits
from mall.auth import Caller
from mall.http import Page
from mall.imports import model, schemas, store
from mall.imports.files import store as files
from mall.imports.formats import template
from mall.imports.model import Job, Kind, State
from mall.merchants import service as merchants
from mall.observability import logger

_A_DAY = 24 * 60 * 60
_IMPORTS_A_DAY = 200
_EXPORTS_A_DAY = 50


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
    form = files.form(job)
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


# --- what S3 tells


def uploaded(key: str, etag: str) -> None:
    """The file of an import is there: have it read. A second file for the same import is left alone."""
    job = store.find(*model.job_of(key))
    if job is None:
        return
    now = clock.now()
    begun = store.begin_reading(job, etag, at=now, expires=now + model.JOBS_KEPT)
    if begun or (job.state is State.READING and job.etag == etag):
        store.ask_to_split(job)
        logger.info("import uploaded", job_id=job.id)


# --- inside


def _job(caller: Caller, job_id: str, kind: Kind) -> Job:
    job = store.load(caller.merchant_id, job_id)
    if job.kind is not kind:
        raise model.NoSuchJob
    return job


def _import_view(job: Job) -> schemas.ImportView:
    ready = job.state is State.FINISHED and job.errors
    return schemas.ImportView.of(job, files.link(job.errors_key, f"errors-{job.id}.csv") if ready else None)


def _export_view(job: Job) -> schemas.ExportView:
    ready = job.state is State.FINISHED
    return schemas.ExportView.of(job, files.link(job.export_key, f"products-{job.id}.{job.format}") if ready else None)
