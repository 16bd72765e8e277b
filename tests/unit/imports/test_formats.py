"""Files of products as merchants and their spreadsheets write them, and as attackers would."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from mall.imports import model
from mall.imports.formats import template, workbooks
from mall.imports.formats.reading import read
from mall.imports.model import Fault, Format, Record

HEADER = "external_id,name.zh-CN,category,option.size,price"


def csv(*lines: str, encoding: str = "utf-8", header: str = HEADER) -> list[Record | Fault]:
    return list(read(Format.CSV, io.BytesIO("\r\n".join((header, *lines)).encode(encoding))))


def jsonl(*lines: bytes) -> list[Record | Fault]:
    return list(read(Format.JSONL, io.BytesIO(b"\n".join(lines))))


def xlsx(*rows: list[Any]) -> list[Record | Fault]:
    return list(read(Format.XLSX, workbook(*rows)))


def workbook(*rows: list[Any]) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    file.seek(0)
    return file


def documents(found: list[Record | Fault]) -> list[dict[str, Any]]:
    return [record.document for record in found if isinstance(record, Record)]


def codes(found: list[Record | Fault]) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in found if isinstance(fault, Fault)]


# --- sheets


def test_the_rows_under_one_external_id_are_one_product_with_several_skus() -> None:
    (record,) = csv("tea,龙井,食品,50g,19.90", "tea,,,250g,88", ",,,500g,160")

    assert isinstance(record, Record)
    assert record.document == {
        "external_id": "tea",
        "name": {"zh-CN": "龙井"},
        "category": "食品",
        "skus": [
            {"options": {"size": "50g"}, "price": "19.90"},
            {"options": {"size": "250g"}, "price": "88"},
            {"options": {"size": "500g"}, "price": "160"},
        ],
    }
    assert [record.row_of(f"skus.{number}.price") for number in range(3)] == [2, 3, 4]
    assert record.row_of("name") == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_sheet_is_read_in_whatever_its_spreadsheet_wrote_it(encoding: str) -> None:
    assert documents(csv("tea,龙井茶,食品,50克,19", encoding=encoding))[0]["name"] == {"zh-CN": "龙井茶"}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_sheet_may_part_its_cells_otherwise(delimiter: str) -> None:
    found = csv("tea,龙井,食品,50g,19".replace(",", delimiter), header=HEADER.replace(",", delimiter))

    assert documents(found)[0]["skus"] == [{"options": {"size": "50g"}, "price": "19"}]


def test_a_text_may_hold_line_breaks_and_the_next_row_still_knows_its_line() -> None:
    found = csv('tea,"龙\r\n井",食品,50g,19', "cup,杯,家居,,9", "cup,壶,家居,,9")

    assert documents(found)[0]["name"] == {"zh-CN": "龙\r\n井"}
    assert codes(found) == [(5, "RowsDisagree")]


def test_chinese_titles_name_the_same_columns() -> None:
    found = csv("tea,龙井,食品,50g,19", header="商品编码,名称.zh-cn,类目,规格.size, 价格 ")

    assert documents(found) == documents(csv("tea,龙井,食品,50g,19"))


def test_lists_in_a_cell_are_parted_by_bars() -> None:
    found = csv("tea,龙井,食品,19,a.jpg | b.jpg|", header="external_id,name.zh-CN,category,price,pictures")

    assert documents(found)[0]["pictures"] == ["a.jpg", "b.jpg"]


def test_a_row_that_contradicts_its_product_stops_that_product_only() -> None:
    found = csv("tea,龙井,食品,50g,19", "tea,毛峰,,250g,88", "cup,杯,家居,,9")

    assert codes(found) == [(3, "RowsDisagree")]
    assert [document["external_id"] for document in documents(found)] == ["cup"]


def test_a_product_whose_rows_are_apart_is_taken_once() -> None:
    found = csv("tea,龙井,食品,50g,19", "cup,杯,家居,,9", "tea,,,250g,88")

    assert codes(found) == [(4, "Repeated")]
    assert [document["external_id"] for document in documents(found)] == ["tea", "cup"]


def test_a_row_without_a_product_is_refused_by_itself() -> None:
    found = csv(",龙井,食品,50g,19", "cup,杯,家居,,9")

    assert codes(found) == [(2, "Missing")]
    assert len(documents(found)) == 1


def test_a_product_has_no_more_skus_than_the_template_says() -> None:
    found = csv("tea,龙井,食品,s0,19", *(f"tea,,,s{number},19" for number in range(1, template.MAX_SKUS + 1)))

    assert codes(found) == [(2, "TooManySkus")]


def test_a_cell_beyond_all_measure_is_the_fault_of_its_row() -> None:
    found = csv(f"tea,{'x' * (template.MAX_CELL + 1)},食品,50g,19", "cup,杯,家居,,9")

    assert codes(found) == [(2, "NotCsv")]
    assert len(documents(found)) == 1


def test_an_unreadable_row_within_a_product_stops_the_whole_of_it() -> None:
    found = csv("tea,龙井,食品,50g,19", f"tea,{'x' * (template.MAX_CELL + 1)},,,", "tea,,,250g,88")

    assert codes(found) == [(3, "NotCsv")]
    assert documents(found) == []


def test_the_apostrophe_that_keeps_formulas_away_is_not_part_of_the_text() -> None:
    found = csv("'=1+1,'-5°,食品,'tis,19")

    assert documents(found)[0]["external_id"] == "=1+1"
    assert documents(found)[0]["name"] == {"zh-CN": "-5°"}
    assert documents(found)[0]["skus"][0]["options"] == {"size": "'tis"}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("external_id,name,category", "price"),
        ("external_id,category,price", "name"),
        ("external_id,name,category,price,stok", "stok"),
        ("external_id,name,category,price,price", "price"),
        ("external_id,name.fr,category,price", "name.fr"),
        ("external_id,name,category,price,option", "option"),
    ],
)
def test_a_sheet_whose_columns_are_not_the_templates_is_refused_as_a_whole(header: str, said: str) -> None:
    with pytest.raises(model.WrongColumns, match=said):
        csv("tea,龙井,食品,19,", header=header)


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_sheet_holds_no_products(content: bytes) -> None:
    with pytest.raises(model.NoRows):
        list(read(Format.CSV, io.BytesIO(content)))


def test_a_sheet_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(model.UnknownEncoding):
        list(read(Format.CSV, io.BytesIO(b"external_id,\xff\xff\xff")))


@pytest.mark.parametrize("format", [Format.CSV, Format.JSONL])
def test_a_file_has_no_more_rows_than_the_mall_takes(format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("grouping", "lines"):
        monkeypatch.setattr(f"mall.imports.formats.{module}.MAX_ROWS", 3)
    rows = [HEADER, *(f"p{number},茶,食品,,1" for number in range(4))] if format is Format.CSV else ["{}"] * 4

    with pytest.raises(model.TooManyRows):
        list(read(format, io.BytesIO("\n".join(rows).encode())))


# --- JSON Lines


def test_a_line_is_a_product_and_blank_lines_are_none() -> None:
    found = jsonl(b'\xef\xbb\xbf{"external_id": "a"}', b"  ", b'{"external_id": "b"}\r')

    assert [(record.row, record.document["external_id"]) for record in found] == [(1, "a"), (3, "b")]


def test_an_amount_never_passes_through_a_float() -> None:
    assert documents(jsonl(b'{"price": 0.1000000000000000055, "stock": 3}')) == [
        {"price": "0.1000000000000000055", "stock": 3}
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "NotJson"),
        (b"[]", "NotJson"),
        (b"null", "NotJson"),
        (b'{"price": NaN}', "NotJson"),
        (b"[" * 5_000 + b"]" * 5_000, "NotJson"),
        (b'{"stock": ' + b"9" * 5_000 + b"}", "NotJson"),
        (b'{"name": "\xff"}', "NotUnicode"),
        (b'{"name": "\\ud800"}', "NotUnicode"),
        (b'{"external_id": "x", "name": "\\u0000"}', "NotText"),
        (b'{"name": "' + b"x" * template.MAX_LINE_BYTES * 3 + b'"}', "LineTooLong"),
    ],
)
def test_a_broken_line_is_one_fault_and_the_next_line_is_read(line: bytes, code: str) -> None:
    found = jsonl(line, b'{"external_id": "good"}')

    assert codes(found) == [(1, code)]
    assert [(record.row, record.external_id) for record in found if isinstance(record, Record)] == [(2, "good")]


def test_json_lines_are_utf_8() -> None:
    with pytest.raises(model.UnknownEncoding):
        jsonl('{"external_id": "a"}'.encode("utf-16"))


# --- workbooks


def test_a_workbook_says_the_same_as_a_sheet_of_text() -> None:
    header = [*HEADER.split(","), None, "barcode"]
    found = xlsx(
        header, ["tea", "龙井", "食品", "50g", 19.9, "a note", 6901234567892], [None, None, None, "250g", 0.1 + 0.2]
    )

    assert documents(found)[0]["skus"] == [
        {"options": {"size": "50g"}, "price": "19.9", "barcode": "6901234567892"},
        {"options": {"size": "250g"}, "price": "0.3"},
    ]


def test_a_formula_that_failed_is_the_fault_of_its_product() -> None:
    book = Workbook()
    book.active.append(HEADER.split(","))
    book.active.append(["tea", "龙井", "食品", "50g", "#N/A"])
    book.active["E2"].data_type = "e"
    book.active.append(["cup", "杯", "家居", None, 9])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)

    found = list(read(Format.XLSX, file))

    assert codes(found) == [(2, "FormulaFailed")]
    assert [document["external_id"] for document in documents(found)] == ["cup"]


def test_a_cell_far_out_makes_no_row_that_wide() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(HEADER.split(","))
    book.active.append(["tea", "龙井", "食品", "50g", 19])
    book.active.cell(3, 16_384, "far out")
    book.active.cell(200_000, 1, "far down")
    book.save(file)
    file.seek(0)

    rows = list(workbooks.rows(file))

    assert max(len(row.cells) for row in rows) <= template.MAX_COLUMNS + 1
    assert rows[-1].number == 200_000


@pytest.mark.parametrize("content", [b"", b"PK", b"external_id,name", b"\xd0\xcf\x11\xe0" + b"\0" * 2000])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(model.NotAWorkbook):
        list(read(Format.XLSX, io.BytesIO(content)))


def test_a_zip_of_something_else_is_no_workbook() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hello.txt", "hello")

    with pytest.raises(model.NotAWorkbook):
        list(read(Format.XLSX, file))


def _with(change: Callable[[zipfile.ZipFile], None]) -> io.BytesIO:
    file = workbook(HEADER.split(","), ["tea", "龙井", "食品", "50g", 19])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    file.seek(0)
    return file


def test_a_workbook_that_would_unpack_without_measure_is_refused_before_it_does() -> None:
    bomb = _with(lambda archive: archive.writestr("xl/media/picture.bin", b"\0" * (8 * 1024 * 1024)))

    with pytest.raises(model.FileTooLarge):
        list(read(Format.XLSX, bomb))


def test_a_workbook_of_very_many_parts_is_refused() -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        for number in range(workbooks.MAX_ENTRIES):
            archive.writestr(f"xl/{number}", b"")

    with pytest.raises(model.FileTooLarge):
        list(read(Format.XLSX, _with(fill)))


def test_a_workbook_that_declares_entities_is_refused() -> None:
    lol = '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><x>&lol2;</x>'
    bomb = _with(lambda archive: archive.writestr("xl/evil.xml", lol))

    with pytest.raises(model.NotAWorkbook):
        list(read(Format.XLSX, bomb))


def test_a_damaged_workbook_is_refused() -> None:
    file = workbook(HEADER.split(","), ["tea", "龙井", "食品", "50g", 19]).getvalue()
    damaged = bytearray(file)
    middle = file.index(b"xl/worksheets/sheet1.xml") + 60
    damaged[middle : middle + 40] = b"\x55" * 40

    with pytest.raises(model.NotAWorkbook):
        list(read(Format.XLSX, io.BytesIO(bytes(damaged))))
