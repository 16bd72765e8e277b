"""Attribute templates and the JSON Schema that follows from them."""

from typing import Any

import jsonschema
import pytest

from mall.catalog.categories.template import (
    Attribute,
    AttributeClash,
    BadAttribute,
    Kind,
    Template,
    Value,
    check_all,
    check_line,
    of_json,
    to_json,
)

NAME = {"zh-CN": "属性", "en": "Attribute"}
RED = Value("red", {"zh-CN": "红", "en": "Red"})


def attribute(code: str = "one", kind: Kind = Kind.TEXT, **changes: Any) -> Attribute:
    return Attribute(code, NAME, kind, **changes)


def test_a_later_definition_takes_the_place_of_an_earlier_one() -> None:
    above, below = [attribute("a"), attribute("b")], [attribute("a", required=True), attribute("c")]

    template = Template.inherited([above, below])

    assert [(one.code, one.required) for one in template.attributes] == [("a", True), ("b", False), ("c", False)]


@pytest.mark.parametrize(
    ("made", "good", "bad"),
    [
        (attribute(), ["x"], ["", 1, "x" * 501, None]),
        (attribute(kind=Kind.NUMBER, minimum=0, maximum=5), [0, 2.5, 5], [-1, 5.1, "1", True]),
        (attribute(kind=Kind.INTEGER), [7], [7.5, "7"]),
        (attribute(kind=Kind.BOOLEAN), [True, False], ["yes", 1]),
        (attribute(kind=Kind.DATE), ["2030-02-28"], ["2030-13-01", "28.2.2030", 20300228]),
        (attribute(kind=Kind.ENUM, values=(RED,)), ["red"], ["Red", "blue", ["red"]]),
        (attribute(kind=Kind.ENUMS, values=(RED,)), [["red"]], [[], ["red", "red"], ["blue"], "red"]),
    ],
)
def test_the_schema_takes_what_the_kind_says(made: Attribute, good: list[Any], bad: list[Any]) -> None:
    schema = Template((made,)).schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert [value for value in good if not validator.is_valid({"one": value})] == []
    assert [value for value in bad if validator.is_valid({"one": value})] == []


def test_a_draft_may_leave_out_what_is_required_and_nobody_may_add_anything() -> None:
    template = Template((attribute(required=True), attribute("size", Kind.ENUM, values=(RED,), sku=True)))

    whole, part = (jsonschema.Draft202012Validator(template.schema(complete=complete)) for complete in (True, False))

    assert (whole.is_valid({}), part.is_valid({})) == (False, True)
    assert not part.is_valid({"two": "x"})
    assert not part.is_valid({"size": "red"})  # SKUs say that


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (attribute("One"), "attributes.0.code"),
        (attribute(kind=Kind.ENUM), "attributes.0.values"),
        (attribute(values=(RED,)), "attributes.0.values"),
        (attribute(kind=Kind.ENUM, values=(RED, RED)), "attributes.0.values"),
        (attribute(sku=True), "attributes.0.kind"),
        (attribute(kind=Kind.ENUM, values=(RED,), open=True), "attributes.0.open"),
        (attribute(minimum=1), "attributes.0.minimum"),
        (attribute(kind=Kind.NUMBER, minimum=2, maximum=1), "attributes.0.minimum"),
        (attribute(kind=Kind.ENUM, values=(Value("a|b", NAME),)), "attributes.0.values.0.code"),
        (attribute(kind=Kind.ENUM, values=(Value("", NAME),)), "attributes.0.values.0.code"),
    ],
)
def test_an_attribute_without_sense_is_refused_by_its_field(made: Attribute, field: str) -> None:
    with pytest.raises(BadAttribute) as refused:
        check_all([made])

    assert refused.value.details["field"] == field


def test_no_attribute_is_named_twice() -> None:
    with pytest.raises(BadAttribute):
        check_all([attribute(), attribute()])


def test_an_attribute_keeps_its_type_down_the_line() -> None:
    check_line([attribute()], [attribute(required=True)])
    with pytest.raises(AttributeClash):
        check_line([attribute()], [attribute(kind=Kind.NUMBER)])


@pytest.mark.parametrize(
    ("made", "cell", "value"),
    [
        (attribute(kind=Kind.NUMBER), "1,250.5", 1250.5),
        (attribute(kind=Kind.INTEGER), "250", 250),
        (attribute(kind=Kind.NUMBER), "nan", "nan"),
        (attribute(kind=Kind.NUMBER), "inf", "inf"),
        (attribute(kind=Kind.NUMBER), "heavy", "heavy"),
        (attribute(kind=Kind.BOOLEAN), "是", True),
        (attribute(kind=Kind.BOOLEAN), "No", False),
        (attribute(kind=Kind.BOOLEAN), "perhaps", "perhaps"),
        (attribute(kind=Kind.ENUM, values=(RED,)), " 红 ", "red"),
        (attribute(kind=Kind.ENUM, values=(RED,)), "RED", "red"),
        (attribute(kind=Kind.ENUM, values=(RED,)), "blue", "blue"),
        (attribute(kind=Kind.ENUMS, values=(RED,)), "红|blue", ["red", "blue"]),
        (attribute(), 7, "7"),
        (attribute(), " x ", "x"),
    ],
)
def test_a_cell_becomes_the_value_that_is_meant(made: Attribute, cell: Any, value: Any) -> None:
    read = made.read(cell)

    assert (read, type(read)) == (value, type(value))


def test_an_attribute_is_the_same_after_it_was_kept() -> None:
    made = attribute(kind=Kind.ENUM, values=(RED,), sku=True, open=True, facet=True, unit="g")

    assert of_json(to_json(made)) == made
