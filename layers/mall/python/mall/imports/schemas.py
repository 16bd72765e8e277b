"""What merchants send and get of imports and exports."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from mall.http import Body, Page, View
from mall.imports.formats import template
from mall.imports.model import MAX_BYTES, Fault, Format, Job, Repeat, State, Then

Language = Literal["zh-CN", "en"]


class NewImport(Body):
    """A file of products that is going to be uploaded."""

    format: Format
    file_name: str = Field(default="", max_length=200, description="What the file is called, for people.")
    template: Literal[1] = Field(default=1, description="The version of the template that the file follows.")
    language: Language = Field(default="zh-CN", description="The language of texts that do not name theirs.")
    then: Then = Field(default=Then.DRAFT, description="Leave products as drafts, or submit them for sale.")
    repeat: Repeat = Field(
        default=Repeat.SKIP, description="Skip products of which the file says what it said the last time, or apply it."
    )


class ImportUpload(View):
    """A form to post the file with (`multipart/form-data`, the file last); valid for an hour."""

    url: str
    fields: dict[str, str]
    max_bytes: int = MAX_BYTES


class Problem(View):
    """What is wrong with a product of the file."""

    row: int
    external_id: str
    field: str
    code: str
    message: str

    @classmethod
    def of(cls, fault: Fault) -> "Problem":
        """The fault."""
        return cls(
            row=fault.row,
            external_id=fault.external_id,
            field=fault.field,
            code=fault.code,
            message=fault.message,
        )


class Progress(View):
    """How many products a file holds, how many are done, and how those came out; `total` is known once it is read."""

    total: int | None
    done: int
    created: int
    updated: int
    unchanged: int
    failed: int


class ImportView(View):
    """An import and how far it is."""

    id: str
    state: State
    format: Format
    file_name: str
    then: Then
    repeat: Repeat
    created_at: datetime
    finished_at: datetime | None
    progress: Progress
    refusal: Problem | None = Field(description="Why the whole file was refused.")
    errors: int = Field(description="How many rows the file of errors holds.")
    errors_url: str | None = Field(
        description="Where the file of errors is for a quarter of an hour, once all is done."
    )

    @classmethod
    def of(cls, job: Job, errors_url: str | None = None) -> "ImportView":
        """The job, for its merchant only."""
        known = job.state not in {State.WAITING, State.READING}
        return cls(
            id=job.id,
            state=job.state,
            format=job.format,
            file_name=job.file_name,
            then=job.then,
            repeat=job.repeat,
            created_at=job.created_at,
            finished_at=job.finished_at,
            progress=Progress(
                total=job.total if known else None,
                done=job.tally.done,
                created=job.tally.created,
                updated=job.tally.updated,
                unchanged=job.tally.unchanged,
                failed=job.tally.failed,
            ),
            refusal=Problem.of(job.refusal) if job.refusal else None,
            errors=job.errors,
            errors_url=errors_url,
        )


class CreatedImport(View):
    """A new import, and the form for its file."""

    id: str
    upload: ImportUpload


class ImportList(View):
    """A page of the merchant's imports, the newest first, and the cursor of the next."""

    items: list[ImportView]
    next: str | None


class JobQuery(Page):
    """Which page."""


class NewExport(Body):
    """The products of the merchant, to be written into a file."""

    format: Format


class ExportView(View):
    """An export and how far it is."""

    id: str
    state: State
    format: Format
    created_at: datetime
    finished_at: datetime | None
    total: int = Field(description="How many products it holds, once it is finished.")
    refusal: Problem | None
    url: str | None = Field(description="Where the file is for a quarter of an hour, once it is finished.")

    @classmethod
    def of(cls, job: Job, url: str | None = None) -> "ExportView":
        """The job, for its merchant only."""
        return cls(
            id=job.id,
            state=job.state,
            format=job.format,
            created_at=job.created_at,
            finished_at=job.finished_at,
            total=job.total,
            refusal=Problem.of(job.refusal) if job.refusal else None,
            url=url,
        )


class ExportList(View):
    """A page of the merchant's exports, the newest first, and the cursor of the next."""

    items: list[ExportView]
    next: str | None


class TemplateField(View):
    """A field of the template."""

    name: str
    label: str
    kind: str
    says: str
    example: str
    required: bool
    of_sku: bool

    @classmethod
    def of(cls, field: template.Field) -> "TemplateField":
        """The field."""
        return cls(
            name=field.name,
            label=field.label,
            kind=field.kind,
            says=field.says,
            example=field.example,
            required=field.required,
            of_sku=field.of_sku,
        )


class TemplateView(View):
    """What a file of products may say, and how much."""

    version: int
    says: str
    languages: list[str]
    columns: list[str] = Field(description="The columns of a sheet, without attributes and options.")
    fields: list[TemplateField]
    example: str = Field(description="A product as a line of JSON Lines.")
    max_bytes: int
    max_rows: int
    max_skus: int
    max_pictures: int
