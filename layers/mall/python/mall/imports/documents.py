"""A product as a file has it: the fields of the template, checked one by one, before the catalog is asked.

    document = Document.of({"external_id": "TEA-01", "name": "西湖龙井", …}, language="zh-CN")

What is checked here is form (texts, amounts, times). What only the catalog knows (categories, attributes, pictures) is
its own to check.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from mall.imports.formats.template import LANGUAGES, MAX_PICTURES, MAX_SKUS
from mall.imports.model import Fault, Record
from mall.money import Money

_CHINA = timezone(timedelta(hours=8))
_MOST_CENTS = 10**11
_MOST_FAULTS = 10
_SINGLE = ("price", "list_price", "stock", "barcode", "weight_g")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def _text(value: Any) -> Any:
    """A number where a text is wanted is what a spreadsheet makes of digits."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _one_line(value: str) -> str:
    if _UNPRINTABLE.search(value):
        raise ValueError("has line breaks or control characters")
    return value


def _amount(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is not an amount in yuan, like 19.90")
    try:
        cents = Decimal(str(value).strip().lstrip("¥￥")) * 100
        if not cents.is_finite() or not 0 < cents <= _MOST_CENTS:
            raise ValueError("is not an amount that a thing can cost")
        if cents != int(cents):
            raise ValueError("has more than two digits after the point")
    except InvalidOperation:
        raise ValueError("is not an amount in yuan, like 19.90") from None
    return Money(int(cents))


def _moment(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=_CHINA)).astimezone(UTC)


def _language(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"is in none of the mall's languages ({', '.join(LANGUAGES)})")
    return name


def _not_empty(value: dict[str, str]) -> dict[str, str]:
    return {language: text for language, text in value.items() if text}


Line = Annotated[str, BeforeValidator(_text), AfterValidator(_one_line), Field(min_length=1, max_length=200)]
Code = Annotated[str, BeforeValidator(_text), AfterValidator(_one_line), Field(min_length=1, max_length=64)]
Amount = Annotated[Money, BeforeValidator(_amount)]
Moment = Annotated[datetime, AfterValidator(_moment)]
Words = Annotated[
    dict[Annotated[str, AfterValidator(_language)], Annotated[str, Field(max_length=50_000)]],
    AfterValidator(_not_empty),
]
Named = Annotated[Words, Field(min_length=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Weight = Annotated[int, Field(ge=0, le=100_000_000)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, frozen=True, defer_build=True, arbitrary_types_allowed=True
    )


class ValueDocument(_Part):
    """A value that an option may take."""

    code: Code
    name: Words = Field(default_factory=dict)


class OptionDocument(_Part):
    """What sets SKUs apart: colour, size. Where a file names no options, the category's template does."""

    code: Code
    name: Words = Field(default_factory=dict)
    values: list[ValueDocument] = Field(default_factory=list, max_length=MAX_SKUS)


class SkuDocument(_Part):
    """One thing that can be bought."""

    code: Code | None = None
    options: dict[Code, Line] = Field(default_factory=dict, max_length=5)
    price: Amount
    list_price: Amount | None = None
    stock: Count | None = None
    barcode: Code | None = None
    weight_g: Weight | None = None
    picture: Line | None = None

    @model_validator(mode="after")
    def _price_before(self) -> Self:
        if self.list_price is not None and self.list_price < self.price:
            raise ValueError("the list_price is below the price")
        return self


class Document(_Part):
    """One product of a file."""

    external_id: Code
    name: Named
    category: Line
    brand: Line | None = None
    summary: Words = Field(default_factory=dict)
    description: Words = Field(default_factory=dict)
    attributes: dict[Code, Any] = Field(default_factory=dict, max_length=100)
    options: list[OptionDocument] = Field(default_factory=list, max_length=5)
    skus: list[SkuDocument] = Field(min_length=1, max_length=MAX_SKUS)
    pictures: list[Line] = Field(default_factory=list, max_length=MAX_PICTURES)
    labels: list[Line] = Field(default_factory=list, max_length=20)
    tags: list[Line] = Field(default_factory=list, max_length=30)
    gender_affinity: Literal["F", "M"] | None = None
    on_sale_from: Moment | None = None
    on_sale_until: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_sku(cls, given: Any) -> Any:
        """A product with one SKU may say of itself what is said of SKUs."""
        if not isinstance(given, dict) or "skus" in given:
            return given
        rest = {name: value for name, value in given.items() if name not in _SINGLE}
        return rest | {"skus": [{name: given[name] for name in _SINGLE if name in given}]}

    @classmethod
    def of(cls, document: dict[str, Any], language: str) -> Self:
        """The document, with texts that name no language in `language`. Raises ValidationError."""
        return cls.model_validate(_in_language(document, language))


def _in_language(document: dict[str, Any], language: str) -> dict[str, Any]:
    """`document` without texts that name no language; one that is there in that language too comes first."""

    def told(words: Any) -> Any:
        if isinstance(words, str):
            return {language: words}
        if isinstance(words, dict) and "" in words:
            return {language: words[""]} | {name: text for name, text in words.items() if name}
        return words

    def named(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        changed = {"name": told(part["name"])} if "name" in part else {}
        if isinstance(part.get("values"), list):
            changed["values"] = [named(value) for value in part["values"]]
        return part | changed

    changed: dict[str, Any] = {
        name: told(document[name]) for name in ("name", "summary", "description") if name in document
    }
    if isinstance(document.get("options"), list):
        changed["options"] = [named(option) for option in document["options"]]
    return document | changed


def faults(record: Record, error: ValidationError) -> list[Fault]:
    """What is wrong with a record, each thing in its row."""
    found = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS]:
        path = ".".join(str(part) for part in problem["loc"] if part != "[key]")
        code = {"missing": "Missing", "extra_forbidden": "UnknownField"}.get(problem["type"], "Invalid")
        message = problem["msg"].removeprefix("Value error, ")
        found.append(Fault(record.row_of(path), code, message, str(record.external_id)[:64], path[:100]))
    return found
