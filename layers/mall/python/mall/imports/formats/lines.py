"""Reading JSON Lines: one product a line."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from mall.imports.formats.template import MAX_LINE_BYTES
from mall.imports.model import MAX_ROWS, Fault, Record, TooManyRows, UnknownEncoding

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def records(file: BinaryIO) -> Iterator[Record | Fault]:
    """The products of a file, and a fault for each line that is none. Raises FileRefused.

    Numbers with a fraction stay the text that they were, so that no amount of money ever passes through a float.
    """
    seen = 0
    for number, line in _lines(file):
        if number == 1 and line and line.startswith(_UTF16):
            raise UnknownEncoding("JSON Lines are written in UTF-8.")
        if line is not None and not line.strip():
            continue
        seen += 1
        if seen > MAX_ROWS:
            raise TooManyRows
        yield _record(number, line)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers; None for one that is too long."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) <= MAX_LINE_BYTES or line.endswith(b"\n"):
            yield number, line.removeprefix(_BOM) if number == 1 else line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
        yield number, None


def _record(number: int, line: bytes | None) -> Record | Fault:
    if line is None:
        return Fault(number, "LineTooLong", f"A line holds at most {MAX_LINE_BYTES // 1024} KiB.")
    try:
        document = json.loads(line.decode(), parse_float=str, parse_constant=_refuse)
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeError:
        return Fault(number, "NotUnicode", "The line is not valid UTF-8.")
    except (ValueError, RecursionError):
        return Fault(number, "NotJson", "The line is not one JSON object.")
    if not isinstance(document, dict):
        return Fault(number, "NotJson", "The line is not one JSON object.")
    if b"\\u0000" in line or b"\0" in line:
        return Fault(number, "NotText", "A text holds no NUL characters.", _id(document))
    return Record(number, document)


def _id(document: dict[str, Any]) -> str:
    given = document.get("external_id", "")
    return given[:64] if isinstance(given, str) else ""


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
