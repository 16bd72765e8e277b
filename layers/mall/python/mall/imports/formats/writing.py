"""Writing products into a file, such that an import of it changes nothing.

But for one thing: a sheet names options and their values by code, so what a merchant called options of their own, in
one language or two, only JSON Lines keep.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from mall.imports.formats import template
from mall.imports.formats.grouping import guarded
from mall.imports.formats.template import BY_NAME, Kind
from mall.imports.model import Format, TooMuchForACell

_SHEET_NAMES = {"sku_code": "code", "sku_picture": "picture"}
# More than this no spreadsheet keeps in one cell.
_MAX_CELL = 32_767


def write(format: Format, documents: Iterable[dict[str, Any]], file: IO[bytes]) -> int:
    """Write `documents` to `file` and say how many there were. Raises TooMuchForACell."""
    if format is Format.JSONL:
        count = 0
        for document in documents:
            file.write(_line(document))
            count += 1
        return count
    # The columns are known when all products were seen.
    with tempfile.TemporaryFile() as kept:
        count, attributes, options = 0, dict[str, None](), dict[str, None]()
        for document in documents:
            if format is Format.XLSX and _longest(document) > _MAX_CELL:
                raise TooMuchForACell
            kept.write(_line(document))
            count += 1
            attributes |= dict.fromkeys(document.get("attributes", {}))
            for sku in document["skus"]:
                options |= dict.fromkeys(sku.get("options", {}))
        kept.seek(0)
        columns = template.columns(attributes, options)
        rows = (cells for line in kept for cells in _rows(json.loads(line), columns))
        (_sheet if format is Format.CSV else _workbook)(columns, rows, file)
    return count


def _longest(value: Any) -> int:
    """How long the longest text in `value` is."""
    match value:
        case str():
            return len(value)
        case dict():
            return max(map(_longest, value.values()), default=0)
        case list():
            return max(map(_longest, value), default=0)
    return 0


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _sheet(columns: list[str], rows: Iterable[list[str]], file: IO[bytes]) -> None:
    # With a mark of its encoding, without which Excel takes it for another.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    sheet = csv.writer(text)
    sheet.writerow(columns)
    sheet.writerows([guarded(cell) for cell in row] for row in rows)
    text.detach()


def _workbook(columns: list[str], rows: Iterable[list[str]], file: IO[bytes]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  (150 ms of import that only workbooks pay)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("products")
    sheet.freeze_panes = "B2"

    def cell(text: str) -> Any:
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
        # Always a text: neither a formula nor a number that loses its zeros.
        made.data_type = "s"
        made.number_format = "@"
        return made

    sheet.append(columns)
    for row in rows:
        sheet.append([cell(text) if text else None for text in row])
    book.save(file)


def _rows(document: dict[str, Any], columns: list[str]) -> Iterator[list[str]]:
    """The rows of one product, one a SKU; what is said of the product stands in the first."""
    for number, sku in enumerate(document["skus"]):
        yield [_cell(document, sku, column, first=number == 0) for column in columns]


def _cell(document: dict[str, Any], sku: dict[str, Any], column: str, *, first: bool) -> str:
    head, _, tail = column.partition(".")
    field = BY_NAME[head]
    if field.of_sku:
        value = sku.get("options", {}).get(tail) if tail else sku.get(_SHEET_NAMES.get(head, head))
    elif not first and head != "external_id":
        return ""
    elif field.kind is Kind.VALUES:
        value = document.get("attributes", {}).get(tail)
    elif field.kind is Kind.WORDS:
        value = document.get(head, {}).get(tail)
    else:
        value = document.get(head)
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return template.joined(_text(item) for item in value)
    return str(value)
