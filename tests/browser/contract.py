"""What the stand-in for the API is held to: `infra/api/openapi.yaml`, which is written from the real functions.

`breaches(request, reply)` says where an answer is not what the contract promises, or a page asked for what it does not
have. Two things are taken lightly: ids, which are short here (`sku_040-0`), and attributes, which each category has of
its own (`attr.color`).
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from infra.local.state import ROOT
from tests.browser.people import Reply, Request

# What can come of every question: the mall is busy, or in trouble.
ANYWHERE = {429: {"TooManyRequests"}, 500: {"InternalError"}, 503: {"Unavailable"}}
_ID = re.compile(r"\^\(?[a-z]{3}[_|]")
_ATTRIBUTE = "attr."


def breaches(request: Request, reply: Reply) -> list[str]:
    """What is wrong with a question and its answer, a line each; nothing where both are as the contract has them."""
    operation = _operation(request.method, request.path)
    if operation is None:
        return [f"{request.method} {request.path}: there is no such operation"]
    found = [*_of_answer(operation, reply)]
    if reply.status < 400:  # what is refused may be wrong
        found += [*_of_query(operation, request), *_of_headers(operation, request), *_of_body(operation, request)]
    return [f"{request.method} {request.path} → {reply.status}: {problem}" for problem in found]


def _of_answer(operation: Mapping[str, Any], reply: Reply) -> Iterator[str]:
    known = operation["responses"].get(str(reply.status), {})
    content = known.get("content", {}).get("application/json", {})
    if reply.status >= 400:
        codes = {*content.get("examples", {}), *ANYWHERE.get(reply.status, ())}
        if reply.body["Code"] not in codes:
            yield f"it is not refused as {reply.body['Code']}, but as {', '.join(sorted(codes)) or 'nothing'}"
    elif not known:
        yield "it does not answer so"
    elif "schema" in content:
        yield from _problems(_named(content["schema"]), True, reply.body)
    elif reply.body is not None:
        yield "it answers nothing"


def _of_query(operation: Mapping[str, Any], request: Request) -> Iterator[str]:
    known = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    for name, values in request.lists.items():
        if name in known:
            schema = known[name]
            given: Any = values if schema.get("type") == "array" else values[-1]
            yield from _problems(_text(schema), False, int(given) if schema.get("type") == "integer" else given, name)
        elif not name.startswith(_ATTRIBUTE):
            yield f"it does not take {name}"


def _of_headers(operation: Mapping[str, Any], request: Request) -> Iterator[str]:
    for one in operation.get("parameters", ()):
        if one["in"] == "header" and one.get("required") and one["name"].lower() not in request.headers:
            yield f"it needs the header {one['name']}"


def _of_body(operation: Mapping[str, Any], request: Request) -> Iterator[str]:
    wanted = operation.get("requestBody")
    if wanted is None:
        return
    schema = wanted["content"]["application/json"]["schema"]
    if request.body is not None:
        yield from _problems(_named(schema), False, request.body, "body")
    elif wanted.get("required"):
        yield "it needs a body"


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _text(schema: Mapping[str, Any]) -> str:
    """A schema without a name, as a key to remember its validator by."""
    return str(yaml.safe_dump(dict(schema)))


def _problems(schema: str, answered: bool, value: Any, where: str = "") -> Iterator[str]:
    for error in _validator(schema, answered).iter_errors(value):
        yield f"{where}{error.json_path.removeprefix('$')}: {error.message}"


@cache
def _contract() -> Mapping[str, Any]:
    text = (ROOT / "infra" / "api" / "openapi.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def _paths() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    """The operations of each path; those without parameters first, as the gateway prefers them."""
    paths = sorted(_contract()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), operations) for path, operations in paths]


def _operation(method: str, path: str) -> Mapping[str, Any] | None:
    for pattern, operations in _paths():
        if pattern.fullmatch(path) and method.lower() in operations:
            found: Mapping[str, Any] = operations[method.lower()]
            return found
    return None


@cache
def _schemas(answered: bool) -> dict[str, Any]:
    return {name: _plain(one, answered) for name, one in _contract()["components"]["schemas"].items()}


@cache
def _validator(schema: str, answered: bool) -> Draft202012Validator:
    schemas = _schemas(answered)
    own = {"$ref": f"#/components/schemas/{schema}"} if schema in schemas else _plain(yaml.safe_load(schema), answered)
    return Draft202012Validator(
        own | {"components": {"schemas": schemas}}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _plain(schema: Any, answered: bool) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema has it; what is `answered` has no fields but those that are named."""
    if isinstance(schema, list):
        return [_plain(one, answered) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _plain(value, answered) for key, value in schema.items() if key not in ("nullable", "example")}
    if isinstance(made.get("pattern"), str) and _ID.match(made["pattern"]):
        del made["pattern"]
    if answered and isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, made]} if schema.get("nullable") else made
