"""From the rows of a sheet to products: rows under one `external_id` are one document with several SKUs."""

from collections.abc import Iterable, Iterator
from typing import Any

from mall.imports.formats.sheets import Row
from mall.imports.formats.template import (
    BY_NAME,
    MAX_COLUMNS,
    MAX_SKUS,
    Kind,
    column,
    parted,
)
from mall.imports.model import MAX_ROWS, Fault, NoRows, Record, TooManyRows, WrongColumns

# A sheet's names of what a document calls otherwise within a SKU.
_SKU_NAMES = {"sku_code": "code", "sku_picture": "picture"}
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


def records(rows: Iterable[Row]) -> Iterator[Record | Fault]:
    """The products of a sheet whose first row names the columns. Raises FileRefused."""
    lines = iter(rows)
    names = _header(lines)
    count = 0
    group: _Group | None = None
    lost: list[Fault] = []
    for row in lines:
        cells = {name: text for name, cell in zip(names, row.cells, strict=False) if name and (text := _text(cell))}
        if not cells and not row.fault:
            continue
        count += 1
        if count > MAX_ROWS:
            raise TooManyRows
        if not cells and row.fault:
            # Of which product it was shows in what comes after it.
            lost.append(row.fault)
            continue
        own = cells.get("external_id", "")
        # A row without an id that only tells of a SKU is the product's above; one with a name of its own is nobody's.
        nobodys = not own and not all(BY_NAME[name.partition(".")[0]].of_sku for name in cells)
        if group is None or nobodys or (own and own != group.external_id):
            if group is not None:
                yield group.record()
            yield from lost
            group = _Group(own)
        else:
            group.faults += lost
        lost = []
        group.add(row, cells)
    if group is not None:
        yield group.record()
    yield from lost


def unguarded(text: str) -> str:
    """What a cell says, without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in _GUARDED else text


def guarded(text: str) -> str:
    """`text` for a cell of a CSV file, such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def _header(lines: Iterator[Row]) -> list[str]:
    """The names of the columns, in order; empty for columns without a title."""
    first = next((row for row in lines if row.fault or any(cell.strip() for cell in row.cells)), None)
    if first is None:
        raise NoRows
    titles = first.cells
    if first.fault or len(titles) > MAX_COLUMNS:
        raise WrongColumns(f"The first row names the columns; there are at most {MAX_COLUMNS}.")
    names = [(column(title) or "?") if title.strip() else "" for title in titles]
    unknown = [title.strip()[:60] for title, name in zip(titles, names, strict=True) if name == "?"]
    if unknown:
        raise WrongColumns(
            "These columns are not in the template: " + ", ".join(unknown[:10]) + ".", columns=unknown[:50]
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise WrongColumns("These columns are there twice: " + ", ".join(twice[:10]) + ".", columns=twice[:50])
    missing = [name for name in ("external_id", "category", "price") if name not in names]
    if missing or not any(name.partition(".")[0] == "name" for name in names):
        raise WrongColumns(
            "These columns are missing: " + ", ".join(missing or ["name"]) + ".", columns=missing or ["name"]
        )
    return names


def _text(cell: str) -> str:
    return unguarded(cell.strip())


class _Group:
    """The rows of one product."""

    def __init__(self, external_id: str) -> None:
        self.external_id = external_id
        self.faults: list[Fault] = []
        self._rows: list[int] = []
        self._product: dict[str, str] = {}
        self._skus: list[dict[str, Any]] = []

    def add(self, row: Row, cells: dict[str, str]) -> None:
        """One more row."""
        number = row.number
        if row.fault:
            self.faults.append(row.fault)
        if any("\0" in text for text in cells.values()):
            self._fault(number, "NotText", "A text holds no NUL characters.", "")
        sku: dict[str, Any] = {}
        for name, text in cells.items():
            head, _, tail = name.partition(".")
            if not BY_NAME[head].of_sku:
                given = self._product.setdefault(name, text)
                if given != text:
                    self._fault(number, "RowsDisagree", "An earlier row of this product says otherwise.", name)
            elif head == "option":
                sku.setdefault("options", {})[tail] = text
            else:
                sku[_SKU_NAMES.get(head, head)] = text
        self._rows.append(number)
        self._skus.append(sku)

    def record(self) -> Record | Fault:
        """The product, or the first thing that is wrong with its rows."""
        first = self._rows[0]
        if not self.external_id:
            return Fault(first, "Missing", "Every product has an external_id.", field="external_id")
        if len(self._skus) > MAX_SKUS:
            self._fault(first, "TooManySkus", f"A product has at most {MAX_SKUS} SKUs.", "")
        if self.faults:
            found = self.faults[0]
            return Fault(found.row, found.code, found.message, self.external_id[:64], found.field)
        return Record(first, self._document(), tuple(self._rows))

    def _document(self) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name, text in self._product.items():
            head, _, tail = name.partition(".")
            match BY_NAME[head].kind:
                case Kind.WORDS if tail:
                    words = document.setdefault(head, {})
                    words[tail] = text
                case Kind.WORDS:
                    # In the language of the import, which whoever takes the document in knows.
                    document.setdefault(head, {})[""] = text
                case Kind.VALUES:
                    document.setdefault("attributes", {})[tail] = text
                case Kind.LIST:
                    document[head] = parted(text)
                case _:
                    document[head] = text
        document["skus"] = self._skus
        return document

    def _fault(self, row: int, code: str, message: str, field: str) -> None:
        self.faults.append(Fault(row, code, message, self.external_id[:64], field))
