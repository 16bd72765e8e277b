"""Reading a file of products of any format."""

from collections.abc import Iterator
from typing import BinaryIO

from mall.imports.formats import grouping, lines, sheets, workbooks
from mall.imports.model import Fault, Format, Record


def read(format: Format, file: BinaryIO) -> Iterator[Record | Fault]:
    """The products of a file in its order, and what is wrong with those that cannot be read. Raises FileRefused."""
    match format:
        case Format.JSONL:
            return lines.records(file)
        case Format.CSV:
            return grouping.records(sheets.rows(file))
        case Format.XLSX:
            return grouping.records(workbooks.rows(file))
