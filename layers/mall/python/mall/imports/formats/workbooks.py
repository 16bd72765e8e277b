"""Reading XLSX: the rows of a workbook's first sheet, once it is known to be no bomb.

A workbook is a ZIP of XML files. Before anything is unpacked, what it says it would unpack to is held against limits
(`zipfile` never unpacks more than an entry says), and no XML of a workbook has reason to declare entities.
"""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from mall.imports.formats.sheets import Row
from mall.imports.formats.template import MAX_CELL, MAX_COLUMNS
from mall.imports.model import Fault, FileTooLarge, NotAWorkbook

MAX_ENTRIES = 2_000
MAX_UNPACKED = 400 * 1024 * 1024
# Shared texts are held in memory as a whole.
MAX_TEXTS = 96 * 1024 * 1024
# Sheets compress well, but not better than this.
MAX_RATIO = 250
_WORTH_A_RATIO = 4 * 1024 * 1024
_LAST_ROW = 1_048_576
_HEAD = 4096


def rows(file: BinaryIO) -> Iterator[Row]:
    """The rows of the first sheet with their numbers. Raises NotAWorkbook or FileTooLarge."""
    from openpyxl import load_workbook  # noqa: PLC0415  (150 ms of import that only workbooks pay)

    check(file)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False, rich_text=False)
        sheet = book.worksheets[0]
        # What a sheet says of its own size is wrong often enough.
        sheet.reset_dimensions()
        found = sheet.iter_rows(max_row=_LAST_ROW)
        for number, cells in enumerate(found, 1):
            yield _row(number, cells)
    except (FileTooLarge, NotAWorkbook, GeneratorExit):
        raise
    except Exception:
        # openpyxl has no error of its own for damage: it raises what the line of code that ran into it raises.
        raise NotAWorkbook from None


def check(file: BinaryIO) -> None:
    """Refuse what would unpack to more than a worker should hold, before unpacking any of it."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise FileTooLarge
            for entry in entries:
                if entry.flag_bits & 1:
                    raise NotAWorkbook
                packed = max(entry.compress_size, 1)
                if entry.file_size > _WORTH_A_RATIO and entry.file_size / packed > MAX_RATIO:
                    raise FileTooLarge
                if entry.filename.endswith("sharedStrings.xml") and entry.file_size > MAX_TEXTS:
                    raise FileTooLarge
                if entry.filename.endswith((".xml", ".rels")):
                    with archive.open(entry) as part:
                        if b"<!" in part.read(_HEAD).replace(b"<!--", b""):
                            raise NotAWorkbook
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, RuntimeError, ValueError, EOFError):
        raise NotAWorkbook from None
    finally:
        file.seek(0)


def _row(number: int, cells: tuple[Any, ...]) -> Row:
    texts, fault = [], None
    for cell in cells[: MAX_COLUMNS + 1]:
        text = written(cell.value)
        if cell.data_type == "e":
            fault = Fault(number, "FormulaFailed", f"Cell {cell.coordinate} holds the error {text[:20]}.")
        elif len(text) > MAX_CELL:
            fault = Fault(number, "CellTooLong", f"A cell holds at most {MAX_CELL:,} characters.")
            text = ""
        texts.append(text)
    return Row(number, texts, fault)


def written(value: Any) -> str:
    """A cell's value as a person sees it; numbers to the 15 digits that a spreadsheet has."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return format(value, ".15g")
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)
