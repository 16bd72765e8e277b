"""Pydantic's JSON Schema (2020-12) in the dialect of OpenAPI 3.0, which is what API Gateway imports.

| pydantic writes                   | OpenAPI 3.0 wants                            |
| --------------------------------- | -------------------------------------------- |
| `anyOf: [X, {type: null}]`        | X with `nullable: true`                      |
| `const: x`                        | `enum: [x]`                                  |
| `exclusiveMinimum: 0`             | `minimum: 0, exclusiveMinimum: true`         |
| `prefixItems: [X, Y]`             | `items` of either, and how many              |
| `examples: [x]`                   | `example: x`                                 |
| `$ref` beside other keywords      | `allOf: [{$ref}]` beside them                |
| `#/$defs/Some_Name[int]`          | `#/components/schemas/SomeNameInt`           |
"""

import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import TypeAdapter

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]
PREFIX = "#/components/schemas/"
# What says nothing to a reader of the contract, or has no counterpart.
_DROPPED = frozenset(
    {
        *("title", "$defs", "$schema", "patternProperties", "propertyNames", "unevaluatedProperties", "discriminator"),
        *("contentMediaType", "contentEncoding", "contentSchema", "$id", "$comment"),
    }
)
_NULL = {"type": "null"}


def of_types(types: Iterable[tuple[Any, Mode]]) -> tuple[dict[tuple[Any, Mode], Schema], dict[str, Schema]]:
    """The schema of each type as it is sent ("validation") or answered ("serialization"), and the named ones."""
    wanted = list(dict.fromkeys(types))
    inputs = [(position, mode, TypeAdapter(type_)) for position, (type_, mode) in enumerate(wanted)]
    found, common = TypeAdapter.json_schemas(inputs, ref_template=PREFIX + "{model}")
    schemas = {wanted[position]: converted(schema) for (position, _), schema in found.items()}
    named = {name_of(name): converted(schema) for name, schema in common.get("$defs", {}).items()}
    if len(named) != len(common.get("$defs", {})):
        raise ValueError("two models have the same name but for punctuation")
    return schemas, dict(sorted(named.items()))


def name_of(text: str) -> str:
    """The name of a model as API Gateway takes it: letters and digits only."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def converted(schema: Any) -> Any:
    """`schema` in the dialect of OpenAPI 3.0."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    result = {key: _keyword(key, value) for key, value in schema.items() if key not in _DROPPED}
    _choices(result)
    _values(result)
    _numbers(result)
    _arrays(result)
    if "$ref" in result:
        result["$ref"] = PREFIX + name_of(result["$ref"].removeprefix(PREFIX))
        if len(result) > 1:
            result["allOf"] = [{"$ref": result.pop("$ref")}, *result.get("allOf", [])]
    return result


def _keyword(key: str, value: Any) -> Any:
    match key:
        case "properties":
            return {name: converted(schema) for name, schema in value.items()}
        case "items" | "not":
            return converted(value)
        case "additionalProperties":
            return value if isinstance(value, bool) else converted(value)
        case "anyOf" | "oneOf" | "allOf" | "prefixItems":
            return [schema if schema == _NULL else converted(schema) for schema in value]
    return value


def _choices(schema: Schema) -> None:
    """One of several, or nothing."""
    if isinstance(schema.get("type"), list):
        types = schema.pop("type")
        schema["anyOf"] = [{"type": type_} for type_ in types]
    for key in ("anyOf", "oneOf"):
        choices = schema.get(key)
        if choices is None:
            continue
        others = [choice for choice in choices if choice != _NULL]
        if len(others) < len(choices):
            schema["nullable"] = True
        if len(others) == 1:
            del schema[key]
            # What stands beside the choice (a description, say) is more specific than the choice itself.
            only = others[0]
            schema.update({name: value for name, value in only.items() if name not in schema})
        else:
            schema[key] = others
    if schema.get("type") == "null":
        schema.pop("type")
        schema["nullable"] = True


def _values(schema: Schema) -> None:
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "examples" in schema:
        schema["example"] = schema.pop("examples")[0]
    if "default" in schema and schema["default"] is None:
        del schema["default"]


def _numbers(schema: Schema) -> None:
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), int | float) and not isinstance(schema[exclusive], bool):
            schema[bound] = schema[exclusive]
            schema[exclusive] = True


def _arrays(schema: Schema) -> None:
    if "prefixItems" in schema:
        items = schema.pop("prefixItems")
        schema["items"] = items[0] if all(item == items[0] for item in items) else {"anyOf": items}
        schema.setdefault("minItems", len(items))
        schema.setdefault("maxItems", len(items))
    if schema.get("type") == "array":
        schema.setdefault("items", {})
