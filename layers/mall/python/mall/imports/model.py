"""Jobs, what may be wrong with a file or a row, and how much a file may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mall import errors

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 100_000
MAX_EXPORTED = 100_000
MOST_ERRORS_SHOWN = 20
FORM_LIFETIME_SECONDS = 60 * 60
LINK_LIFETIME_SECONDS = 15 * 60
JOBS_KEPT = timedelta(days=90)
# A form that nobody uploads to.
FORMS_KEPT = timedelta(days=2)
# How many products one message is about: few enough for a worker's time, many enough to be worth its start.
CHUNK_PRODUCTS = 50
CHUNK_BYTES = 512 * 1024
# Nothing has moved for so long that nothing will: the deliveries of a message are long over.
STALLED_AFTER = timedelta(hours=6)


class NoSuchJob(errors.NotFound):
    message = "There is no such import or export."


class FileRefused(errors.Invalid):
    """The whole file cannot be taken in; nothing of it was."""

    message = "The file cannot be read."


class UnknownEncoding(FileRefused):
    message = "The text is neither UTF-8, UTF-16 nor GB18030."


class NotAWorkbook(FileRefused):
    message = "This is not an XLSX workbook, or it is damaged or protected by a password."


class FileTooLarge(FileRefused):
    message = "The file holds more than the mall takes in at once. Divide it."


class TooManyRows(FileRefused):
    message = f"A file holds at most {MAX_ROWS:,} rows. Divide it."


class NoRows(FileRefused):
    message = "The file holds no products."


class WrongColumns(FileRefused):
    message = "The first row does not name the columns of the template."


class FileChanged(FileRefused):
    message = "Another file was uploaded while the first was read. Start a new import."


class TooMuchForACell(FileRefused):
    message = "A text is too long for a cell of a workbook. Choose CSV or JSON Lines."


class TooManyProducts(FileRefused):
    message = f"An export holds at most {MAX_EXPORTED:,} products."


class Kind(StrEnum):
    """Which way the products go."""

    IMPORT = "import"
    EXPORT = "export"


class Format(StrEnum):
    """How products are written down."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def content_type(self) -> str:
        """Its media type."""
        return {
            Format.JSONL: "application/x-ndjson",
            Format.CSV: "text/csv; charset=utf-8",
            Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }[self]


class Then(StrEnum):
    """What becomes of a product once it is taken in."""

    DRAFT = "draft"
    SUBMIT = "submit"


class Repeat(StrEnum):
    """What to do with a product of which the file says what it said the last time."""

    SKIP = "skip"
    APPLY = "apply"


class State(StrEnum):
    """The life of a job."""

    WAITING = "waiting_for_file"
    READING = "reading"
    WORKING = "working"
    FINISHED = "finished"
    REFUSED = "refused"


NEXT: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.READING}),
    State.READING: frozenset({State.WORKING, State.FINISHED, State.REFUSED}),
    State.WORKING: frozenset({State.FINISHED, State.REFUSED}),
    State.FINISHED: frozenset(),
    State.REFUSED: frozenset(),
}
OVER = frozenset(state for state, following in NEXT.items() if not following)


class Outcome(StrEnum):
    """What came of one product of a file."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a product of a file, in which row (of a sheet; a line of JSON Lines) and in which field."""

    row: int
    code: str
    message: str
    external_id: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One product of a file: the row it begins in, its document, and in which row each of its SKUs is."""

    row: int
    document: dict[str, Any]
    sku_rows: tuple[int, ...] = ()

    @property
    def external_id(self) -> str:
        """What the merchant calls the product."""
        return str(self.document.get("external_id", "")).strip()

    def row_of(self, path: str) -> int:
        """The row that says what is at `path` ("skus.2.price") of the document."""
        parts = path.split(".")
        if parts[0] == "skus" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(self.sku_rows):
            return self.sku_rows[int(parts[1])]
        return self.row


@dataclass(frozen=True, slots=True)
class Row:
    """What a file said last of a product, by digest, in which job, and what came of it.

    It is kept before the product is touched (not `done`) and again afterwards, so that a worker which is repeated after
    its death still knows whether it was it who created the product.
    """

    digest: str
    job_id: str
    outcome: Outcome
    done: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many products came out how."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """All that came out at all."""
        return self.created + self.updated + self.unchanged + self.failed

    def plus(self, outcome: Outcome, count: int = 1) -> "Tally":
        """With `count` more of an outcome."""
        return replace(self, **{outcome.value: getattr(self, outcome.value) + count})


@dataclass(frozen=True, slots=True)
class Job:
    """An import or an export of a merchant's products."""

    id: str
    merchant_id: str
    kind: Kind
    format: Format
    state: State
    created_at: datetime
    created_by: str
    file_name: str = ""
    then: Then = Then.DRAFT
    repeat: Repeat = Repeat.SKIP
    language: str = "zh-CN"
    template: int = 1
    etag: str = ""
    total: int = 0
    chunks: int = 0
    chunks_done: int = 0
    errors: int = 0
    tally: Tally = field(default_factory=Tally)
    changed_at: datetime | None = None
    finished_at: datetime | None = None
    refusal: Fault | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER

    @property
    def upload_key(self) -> str:
        """Where its file is put."""
        return f"uploads/{self.merchant_id}/{self.id}"

    @property
    def errors_key(self) -> str:
        """Where its file of errors lies."""
        return f"{self._results}/errors.csv"

    @property
    def export_key(self) -> str:
        """Where the exported file lies."""
        return f"{self._results}/products.{self.format}"

    @property
    def _results(self) -> str:
        return f"results/{self.merchant_id}/{self.id}"

    def chunk_key(self, number: int) -> str:
        """Where the products of a chunk lie."""
        return f"work/{self.merchant_id}/{self.id}/chunk-{number:06d}.jsonl"

    def faults_key(self, number: int) -> str:
        """Where the errors of a chunk lie; those that were found while the file was read come first, as number 0."""
        return f"work/{self.merchant_id}/{self.id}/faults-{number:06d}.jsonl"


def job_of(key: str) -> tuple[str, str]:
    """The merchant and the job that an upload is of."""
    _, merchant_id, job_id = key.split("/")
    return merchant_id, job_id
