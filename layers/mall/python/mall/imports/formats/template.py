"""What a file of products may say: version 1 of the template.

JSON Lines: one product a line, as a document of the fields below; texts that people see are `{"zh-CN": …, "en": …}`, or
one text in the language of the import. CSV and XLSX: the first row names columns, one row is one SKU, and the rows of a
product stand together under the same `external_id` (or an empty one below its first row, as merged cells leave it).
Fields of the product are given in its first row; further rows leave them empty or say the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

VERSION = 1
LANGUAGES = ("zh-CN", "en")
MAX_ID = 64
MAX_SKUS = 200
MAX_PICTURES = 30
MAX_COLUMNS = 256
MAX_CELL = 60_000
MAX_LINE_BYTES = 256 * 1024


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    WORDS = "words in one or both languages"
    LIST = "list"
    AMOUNT = "amount of money"
    NUMBER = "whole number"
    TIME = "time"
    VALUES = "values by code"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the template; `of_sku` is said of each SKU, everything else once of the product."""

    name: str
    kind: Kind
    label: str
    says: str
    example: str
    required: bool = False
    of_sku: bool = False


FIELDS = (
    Field(
        "external_id",
        Kind.TEXT,
        "商品编码",
        "Your own id of the product; what a later file finds it by.",
        "TEA-01",
        required=True,
    ),
    Field("name", Kind.WORDS, "名称", "Its name, in at least one language.", "西湖龙井", required=True),
    Field(
        "category",
        Kind.TEXT,
        "类目",
        "The id of a category, or names from the top: `食品 > 茶叶`.",
        "食品 > 茶叶",
        required=True,
    ),
    Field("brand", Kind.TEXT, "品牌", "The id or the name of a brand.", "清风"),
    Field("summary", Kind.WORDS, "简介", "One sentence.", "明前采摘"),
    Field("description", Kind.WORDS, "详情", "HTML; scripts and styles are taken out.", "<p>产自杭州。</p>"),
    Field("attribute", Kind.VALUES, "属性", "By the codes of the category's attributes.", "绿茶"),
    Field(
        "pictures",
        Kind.LIST,
        "图片",
        "File names as uploaded or picture ids, the main one first.",
        "tea-1.jpg|tea-2.jpg",
    ),
    Field("labels", Kind.LIST, "店内分类", "Your own categories.", "春茶"),
    Field("tags", Kind.LIST, "标签", "Words to find it by.", "送礼|明前"),
    Field("gender_affinity", Kind.TEXT, "适用性别", "`F` or `M`, for recommendations.", "F"),
    Field(
        "on_sale_from", Kind.TIME, "上架时间", "ISO 8601; without an offset it is China's time.", "2030-03-01T08:00:00"
    ),
    Field("on_sale_until", Kind.TIME, "下架时间", "As above.", "2030-06-01T00:00:00+08:00"),
    Field(
        "sku_code",
        Kind.TEXT,
        "SKU编码",
        "Your own id of the SKU; the product's where it has only one.",
        "TEA-01-250",
        of_sku=True,
    ),
    Field("option", Kind.VALUES, "规格", "The value that makes this SKU, by the option's code.", "250g", of_sku=True),
    Field(
        "price",
        Kind.AMOUNT,
        "价格",
        "In yuan, with at most two digits after the point.",
        "128.00",
        required=True,
        of_sku=True,
    ),
    Field("list_price", Kind.AMOUNT, "划线价", "The price before, never below the price.", "168.00", of_sku=True),
    Field("stock", Kind.NUMBER, "库存", "How many can be sold.", "50", of_sku=True),
    Field("barcode", Kind.TEXT, "条形码", "GTIN, EAN or UPC.", "6901234567892", of_sku=True),
    Field("weight_g", Kind.NUMBER, "重量(克)", "With packing, in grams.", "300", of_sku=True),
    Field("sku_picture", Kind.TEXT, "SKU图片", "File name or picture id.", "tea-250.jpg", of_sku=True),
)
BY_NAME = {field.name: field for field in FIELDS}
_LABELS = {field.label: field.name for field in FIELDS}


def column(title: str) -> str | None:
    """The name of the column that a sheet calls `title`: `price`, `name.en`, `attribute.origin`; None for no column.

    Chinese labels stand for names (`价格`, `名称`, `规格.颜色`, `属性.产地`); words without a language are `name`.
    """
    head, dot, tail = (part.strip() for part in title.strip().partition("."))
    head = _LABELS.get(head, head.lower())
    field = BY_NAME.get(head)
    if field is None:
        return None
    if field.kind is Kind.VALUES:
        return f"{head}.{tail}" if tail else None
    if field.kind is Kind.WORDS:
        language = next((known for known in LANGUAGES if known.lower() == tail.lower()), None)
        return f"{head}.{language}" if language else None if dot else head
    return None if dot else head


def joined(entries: Iterable[str]) -> str:
    """A list as one cell: with bars between the entries, and a backslash before bars that are part of one."""
    return "|".join(entry.replace("\\", "\\\\").replace("|", "\\|") for entry in entries)


def parted(cell: str) -> list[str]:
    """The entries of a list in a cell."""
    entries = (re.sub(r"\\(.)", r"\1", entry).strip() for entry in re.findall(r"(?:\\.|[^|\\]|\\$)+", cell))
    return [entry for entry in entries if entry]


def columns(attributes: Iterable[str] = (), options: Iterable[str] = ()) -> list[str]:
    """The columns of a sheet that has these attributes and options, in the template's order."""
    found: list[str] = []
    for field in FIELDS:
        if field.kind is Kind.WORDS:
            found += [f"{field.name}.{language}" for language in LANGUAGES]
        elif field.kind is Kind.VALUES:
            found += [f"{field.name}.{code}" for code in (options if field.of_sku else attributes)]
        else:
            found.append(field.name)
    return found


EXAMPLE = (
    '{"external_id":"TEA-01","name":{"zh-CN":"西湖龙井","en":"Longjing tea"},"category":"食品 > 茶叶","brand":"清风",'
    '"attributes":{"kind":"green"},"pictures":["tea-1.jpg"],"skus":['
    '{"code":"TEA-01-50","options":{"size":"50g"},"price":"32.00","stock":200},'
    '{"code":"TEA-01-250","options":{"size":"250g"},"price":"128.00","list_price":"168.00","stock":50,"weight_g":300}]}'
)
