"""A file that was exported says, read again, what the products are."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from mall.imports import model
from mall.imports.formats import template, writing
from mall.imports.formats.reading import read
from mall.imports.model import Format, Record

TEA: dict[str, Any] = {
    "external_id": "007",
    "name": {"zh-CN": "龙井,明前", "en": '=HYPERLINK("evil")'},
    "description": {"zh-CN": "<p>一\n二</p>"},
    "category": "cat_1",
    "attributes": {"tea_kind": "green"},
    "pictures": ["pic_1", "pic_2"],
    "tags": ["a|b", "c\\", "-d"],
    "skus": [
        {"code": "007-S", "options": {"size": "s"}, "price": "19.90", "stock": "5", "picture": "pic_2"},
        {"code": "007-L", "options": {"size": "l"}, "price": "39.90", "list_price": "49.90"},
    ],
}
CUP: dict[str, Any] = {
    "external_id": "+cup",
    "name": {"en": "'quoted'"},
    "category": "cat_2",
    "attributes": {"material": "clay"},
    "skus": [{"code": "+cup", "price": "9.00", "stock": "0"}],
}


def written(format: Format, *documents: dict[str, Any]) -> io.BytesIO:
    file = io.BytesIO()
    assert writing.write(format, documents, file) == len(documents)
    file.seek(0)
    return file


@pytest.mark.parametrize("format", Format)
def test_what_was_written_is_read_as_it_was(format: Format) -> None:
    found = list(read(format, written(format, TEA, CUP)))

    assert [record.document for record in found if isinstance(record, Record)] == [TEA, CUP]


@pytest.mark.parametrize("format", Format)
def test_a_merchant_without_products_gets_a_file_without_rows(format: Format) -> None:
    content = written(format).getvalue()

    assert content if format is not Format.JSONL else not content


def test_no_text_becomes_a_formula() -> None:
    sheet = load_workbook(written(Format.XLSX, TEA, CUP)).active
    texts = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in texts} == {"s"}
    assert b"\n=" not in written(Format.CSV, TEA, CUP).getvalue()
    assert b",=" not in written(Format.CSV, TEA, CUP).getvalue()
    assert b"\n'+cup" in written(Format.CSV, TEA, CUP).getvalue()


def test_a_text_that_no_cell_holds_is_said_and_not_cut_off() -> None:
    with pytest.raises(model.TooMuchForACell):
        written(Format.XLSX, TEA | {"description": {"en": "x" * 40_000}})


@pytest.mark.parametrize("entries", [["a"], ["a", "b"], ["a|b", "\\", "c\\|d"], ["|"], []])
def test_a_list_in_a_cell_is_parted_as_it_was_joined(entries: list[str]) -> None:
    assert template.parted(template.joined(entries)) == entries
