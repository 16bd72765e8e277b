"""Reading CSV: the rows of a sheet, whatever spreadsheet wrote them."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from mall.imports.formats.template import MAX_CELL
from mall.imports.model import Fault, UnknownEncoding

_DELIMITERS = ",;\t"
# GB18030 takes nearly every byte sequence that is no UTF-8, so it comes last.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUESSES = ("utf-8", "gb18030")
_PIECE = 1024 * 1024
_NOT_CSV = f"The row cannot be read; is a quotation mark missing? A cell holds at most {MAX_CELL:,} characters."


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number as its reader counts them, its cells, and what is wrong with it."""

    number: int
    cells: list[str]
    fault: Fault | None = None


def rows(file: BinaryIO) -> Iterator[Row]:
    """The rows with the numbers of the lines on which they begin. Raises UnknownEncoding."""
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        first = text.readline(MAX_CELL)
        text.seek(0)
        csv.field_size_limit(MAX_CELL)
        reader = csv.reader(text, delimiter=_delimiter(first))
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(number, [], Fault(number, "NotCsv", _NOT_CSV))
                continue
            yield Row(number, cells)
    finally:
        # Whoever stops reading halfway may have closed the file before.
        with suppress(ValueError):
            text.detach()


def _encoding(file: BinaryIO) -> str:
    """In what the file is written; it is read through once, so that no row comes out of a wrong guess."""
    start = file.read(4)
    file.seek(0)
    candidates = [encoding for mark, encoding in _MARKS if start.startswith(mark)] or _GUESSES
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        finally:
            file.seek(0)
        return encoding
    raise UnknownEncoding


def _delimiter(header: str) -> str:
    """What parts the header's cells: the candidate that is there most often."""
    return max(_DELIMITERS, key=header.count)
