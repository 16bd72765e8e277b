"""Attributes of products: what a category's template says of them, and the JSON Schema that follows from it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mall import errors
from mall.catalog.texts import Texts, checked

MOST_ATTRIBUTES = 60
MOST_VALUES = 300
MOST_TEXT = 500
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
VALUE_CODE = re.compile(r"[^\s|#\x00-\x1f\x7f][^|#\x00-\x1f\x7f]{0,63}")
_YES, _NO = {"true", "yes", "y", "1", "是", "有"}, {"false", "no", "n", "0", "否", "无"}
_DATE = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


class BadAttribute(errors.Invalid):
    message = "This attribute is not possible."


class AttributeClash(errors.Conflict):
    message = "A category above or below has this attribute with another type."


class Kind(StrEnum):
    """What an attribute's values are."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    ENUM = "enum"
    ENUMS = "enums"


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values of an enumeration, or of what makes SKUs."""

    code: str
    name: Texts


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that is said of products.

    `facet` lets searches be narrowed by it, `sku` makes each of its values a SKU of its own. `open` lets merchants add
    values of their own to those that `values` suggests; it is for what makes SKUs.
    """

    code: str
    name: Texts
    kind: Kind = Kind.TEXT
    unit: str = ""
    values: tuple[Value, ...] = ()
    required: bool = False
    facet: bool = False
    sku: bool = False
    open: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def checked(self, at: str) -> "Attribute":
        """The attribute as it may be kept. Raises BadAttribute or NotAText, which name the field below `at`."""
        if not CODE.fullmatch(self.code):
            raise BadAttribute("A code is a lower-case letter, then letters, digits and _.", field=f"{at}.code")
        name = checked(self.name, f"{at}.name", most=40)
        enumerated = self.kind in {Kind.ENUM, Kind.ENUMS}
        if self.sku and self.kind is not Kind.ENUM:
            raise BadAttribute("What makes SKUs is an enumeration.", field=f"{at}.kind")
        if self.open and not self.sku:
            raise BadAttribute("Only what makes SKUs can be open.", field=f"{at}.open")
        if self.values and not enumerated:
            raise BadAttribute("Only enumerations name values.", field=f"{at}.values")
        if enumerated and not self.values and not self.open:
            raise BadAttribute("An enumeration names its values.", field=f"{at}.values")
        if len(self.values) > MOST_VALUES or len({value.code for value in self.values}) < len(self.values):
            raise BadAttribute(f"There are at most {MOST_VALUES} values, each once.", field=f"{at}.values")
        values = tuple(_checked_value(value, f"{at}.values.{number}") for number, value in enumerate(self.values))
        if self.kind not in {Kind.NUMBER, Kind.INTEGER} and (self.minimum, self.maximum) != (None, None):
            raise BadAttribute("Only numbers have limits.", field=f"{at}.minimum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise BadAttribute("The limits exclude every number.", field=f"{at}.minimum")
        return Attribute(
            self.code, name, self.kind, self.unit.strip()[:20], values, self.required, self.facet, self.sku, self.open,
            self.minimum, self.maximum,
        )  # fmt: skip

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its value."""
        match self.kind:
            case Kind.NUMBER | Kind.INTEGER:
                limits = {"minimum": self.minimum, "maximum": self.maximum}
                return {"type": self.kind.value} | {key: value for key, value in limits.items() if value is not None}
            case Kind.BOOLEAN:
                return {"type": "boolean"}
            case Kind.DATE:
                return {"type": "string", "pattern": _DATE}
            case Kind.ENUM:
                return {"enum": [value.code for value in self.values]}
            case Kind.ENUMS:
                codes = {"enum": [value.code for value in self.values]}
                return {"type": "array", "items": codes, "uniqueItems": True, "minItems": 1}
        return {"type": "string", "minLength": 1, "maxLength": MOST_TEXT}

    def code_of(self, given: str) -> str | None:
        """The code of the value that goes by this code or name; None where there is none."""
        text = given.strip()
        if any(value.code == text for value in self.values):
            return text
        wanted = text.casefold()
        named = (value.code for value in self.values if wanted in {name.casefold() for name in value.name.values()})
        return next(named, None)

    def read(self, given: Any) -> Any:
        """The value that a cell's text stands for: `12.5`, `是`, a value's name, `a|b`; what is no such text, as it is.

        Whether it is a value at all, the schema says.
        """
        if self.kind is Kind.ENUMS and not isinstance(given, bool | int | float):
            parts = given.split("|") if isinstance(given, str) else given
            return [self.code_of(part) or part if isinstance(part, str) else part for part in parts]
        if not isinstance(given, str):
            return str(given) if self.kind is Kind.TEXT and type(given) in {int, float} else given
        text = given.strip()
        match self.kind:
            case Kind.NUMBER | Kind.INTEGER:
                return _number(text)
            case Kind.BOOLEAN:
                return True if text.casefold() in _YES else False if text.casefold() in _NO else given
            case Kind.ENUM:
                return self.code_of(text) or text
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """All attributes of a category's products, those of the categories above first."""

    attributes: tuple[Attribute, ...] = field(default=())

    @classmethod
    def inherited(cls, line: Iterable[Iterable[Attribute]]) -> "Template":
        """The template at the end of a line of categories from the root; a later definition replaces an earlier."""
        found: dict[str, Attribute] = {}
        for attributes in line:
            found.update({attribute.code: attribute for attribute in attributes})
        return cls(tuple(found.values()))

    @property
    def options(self) -> dict[str, Attribute]:
        """What makes SKUs, by code."""
        return {attribute.code: attribute for attribute in self.attributes if attribute.sku}

    @property
    def stated(self) -> dict[str, Attribute]:
        """What is said of the product as a whole, by code."""
        return {attribute.code: attribute for attribute in self.attributes if not attribute.sku}

    def schema(self, *, complete: bool = True) -> dict[str, Any]:
        """The JSON Schema of a product's attributes; not `complete`, as a draft may leave them."""
        required = [code for code, attribute in self.stated.items() if attribute.required]
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {code: attribute.schema() for code, attribute in self.stated.items()},
            "required": required if complete else [],
            "additionalProperties": False,
        }


def check_all(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """A category's own attributes as they may be kept. Raises BadAttribute or NotAText."""
    found = tuple(attribute.checked(f"attributes.{number}") for number, attribute in enumerate(attributes))
    if len(found) > MOST_ATTRIBUTES:
        raise BadAttribute(f"A category has at most {MOST_ATTRIBUTES} attributes of its own.", field="attributes")
    if len({attribute.code for attribute in found}) < len(found):
        raise BadAttribute("An attribute is named twice.", field="attributes")
    return found


def check_line(above: Iterable[Attribute], own: Iterable[Attribute]) -> None:
    """Raise AttributeClash where an attribute below has another type than the one above that it replaces."""
    known = {attribute.code: attribute for attribute in above}
    for attribute in own:
        other = known.get(attribute.code)
        if other is not None and (other.kind, other.sku) != (attribute.kind, attribute.sku):
            raise AttributeClash(f"'{attribute.code}' is of another type elsewhere in this line.", code=attribute.code)


def to_json(attribute: Attribute) -> dict[str, Any]:
    """The attribute as JSON has it."""
    return {
        "code": attribute.code,
        "name": dict(attribute.name),
        "kind": attribute.kind.value,
        "unit": attribute.unit,
        "values": [{"code": value.code, "name": dict(value.name)} for value in attribute.values],
        "required": attribute.required,
        "facet": attribute.facet,
        "sku": attribute.sku,
        "open": attribute.open,
        "minimum": attribute.minimum,
        "maximum": attribute.maximum,
    }


def of_json(content: Mapping[str, Any]) -> Attribute:
    """The attribute that `to_json` wrote."""
    values = tuple(Value(value["code"], value["name"]) for value in content["values"])
    return Attribute(**{**content, "kind": Kind(content["kind"]), "values": values})


def _checked_value(value: Value, at: str) -> Value:
    if not VALUE_CODE.fullmatch(value.code):
        raise BadAttribute("A value's code has 1 to 64 characters, without | and #.", field=f"{at}.code")
    return Value(value.code, checked(value.name, f"{at}.name", most=60))


def _number(text: str) -> Any:
    plain = text.replace(",", "")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        number = float(plain)
    except ValueError:
        return text
    return number if number - number == 0 else text  # neither infinite nor no number at all
