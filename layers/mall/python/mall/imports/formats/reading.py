"""Reading a file of products of any format."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from mall.imports.formats import grouping, lines, sheets, workbooks
from mall.imports.model import Fault, Format, Record

_REPEATED = "The product was there before. Everything that a file says of a product stands together."
_READERS: dict[Format, Callable[[BinaryIO], Iterator[Record | Fault]]] = {
    Format.JSONL: lines.records,
    Format.CSV: lambda file: grouping.records(sheets.rows(file)),
    Format.XLSX: lambda file: grouping.records(workbooks.rows(file)),
}


def read(format: Format, file: BinaryIO) -> Iterator[Record | Fault]:
    """The products of a file in its order, and what is wrong with those that cannot be read. Raises FileRefused."""
    seen: set[str] = set()
    for found in _READERS[format](file):
        external_id = found.external_id
        if isinstance(found, Fault) or not external_id:
            yield found
        elif external_id in seen:
            yield Fault(found.row, "Repeated", _REPEATED, external_id[:64], "external_id")
        else:
            seen.add(external_id)
            yield found
