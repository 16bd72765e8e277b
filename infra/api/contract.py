"""What clients may rely on: the OpenAPI document of all operations, without a word about how they are deployed."""

import inspect
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from chalice.app import Response
from pydantic import BaseModel

from infra.api import schemas
from infra.api.endpoints import Route, routes
from mall import errors
from mall.http import MAX_BODY_BYTES, MERCHANT_PATHS, BodyTooLarge, MalformedBody, status_of
from mall.tokens import TokenRefused

Document = dict[str, Any]
REFUSAL = {
    "type": "object",
    "description": "Why a request was refused. Programs look at `Code`, people read `Message`.",
    "required": ["Code", "Message"],
    "properties": {
        "Code": {"type": "string", "description": "The name of the reason."},
        "Message": {"type": "string", "description": "The reason in words."},
        "Details": {"type": "object", "description": "More for programs, e.g. `fields` of an `Invalid` request."},
    },
    "example": {"Code": "NotFound", "Message": errors.NotFound.message},
}
_DESCRIPTION = f"""\
Bodies are JSON objects of at most {MAX_BODY_BYTES // 1024} KiB. Money is whole minor units (分, cents) with an ISO \
4217 currency. Times are ISO 8601 in UTC.

**Who asks.** People send `Authorization: Bearer <access token>`. Merchants' programs sign each request with their \
Ed25519 key and send `Authorization: MALL-ED25519 key=…,time=…,nonce=…,signature=…`.

**Refusals** have one shape, `{{"Code", "Message", "Details"?}}`; the codes of each operation stand with it. With \
`TooManyRequests`, the header `Retry-After` says for how many seconds to wait.

**Lists** come in pages: `limit` says how many (at most 100), `after` takes the cursor that the page before gave.

**Repeating.** Where an operation takes an `Idempotency-Key`, a request that is repeated with the same key and body \
within a day has one effect and gets the same answer.
"""
_PERSON = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": "`Bearer <access token>`, as signing in gives it; it is valid for 15 minutes.",
}
_MERCHANT = {
    "type": "apiKey",
    "in": "header",
    "name": "Authorization",
    "description": (
        "`MALL-ED25519 key=<key id>,time=<Unix seconds>,nonce=<16-64 characters>,signature=<base64url>`. The signature "
        "is Ed25519 over these lines, joined by a line feed: `MALL-ED25519`, the method, the path, the query "
        "(`name=value` pairs, percent-encoded and sorted, joined by `&`), the time, the nonce, and the SHA-256 of the "
        "body in hexadecimal. The time may be off by five minutes, and a nonce is taken once."
    ),
}


def contract() -> Document:
    """The whole contract; the same routes always give the same document."""
    found = routes()
    types = [pair for route in found for pair in _types(route)]
    by_type, named = schemas.of_types(types)
    paths: Document = {}
    for route in found:
        at = paths.setdefault(route.operation.path, {})
        method = route.operation.method.lower()
        if method in at:
            raise ValueError(f"{route.name} and {at[method]['operationId']} serve the same path and method")
        at[method] = _operation(route, by_type, named)
    used = _reachable(paths, named | {"Refusal": REFUSAL})
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Mall",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": "/", "description": "The mall that serves this page"}],
        "tags": [{"name": name, "description": _owner(name)} for name in sorted({route.subsystem for route in found})],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": used, "securitySchemes": {"person": _PERSON, "merchant": _MERCHANT}},
    }


def codes_of(route: Route) -> dict[int, list[type[errors.MallError]]]:
    """The refusals that a client has to expect, by status: those of every operation and those of this one."""
    operation = route.operation
    general: list[type[errors.MallError]] = [errors.TooManyRequests]
    if operation.body or operation.query or operation.idempotent or "{" in operation.path:
        general.append(errors.Invalid)
    if operation.body:
        general += [BodyTooLarge] if operation.body is bytes else [MalformedBody, BodyTooLarge]
    if not operation.access.public:
        general.append(errors.Unauthenticated)
    if operation.access.guests:
        general.append(TokenRefused)
    if operation.access.permission:
        general.append(errors.Forbidden)
    if operation.idempotent:
        from mall.idempotency import IdempotencyKeyReused, StillInProgress  # noqa: PLC0415

        general += [IdempotencyKeyReused, StillInProgress]
    by_status: dict[int, list[type[errors.MallError]]] = {}
    for error in dict.fromkeys([*general, *operation.refusals]):
        by_status.setdefault(status_of(error), []).append(error)
    return dict(sorted(by_status.items()))


def _types(route: Route) -> Iterator[tuple[Any, schemas.Mode]]:
    operation = route.operation
    for model in (operation.body, operation.query):
        if model is not None and model is not bytes:
            yield model, "validation"
    if _answers(operation.returns):
        yield operation.returns, "serialization"


def _answers(returns: Any) -> bool:
    """Whether an operation's answer has a shape that the contract can tell."""
    return returns not in {None, inspect.Signature.empty, Response}


def _operation(route: Route, by_type: dict[Any, Any], named: dict[str, Any]) -> Document:
    operation = route.operation
    summary, _, rest = operation.summary.partition("\n")
    document: Document = {"operationId": route.name, "tags": [route.subsystem], "summary": summary.rstrip(".")}
    description = " ".join(rest.split())
    if operation.access.permission:
        description = f"{description}\n\nTakes the permission `{operation.access.permission}`.".strip()
    if description:
        document["description"] = description
    parameters = [*_path(route), *_query(route, by_type, named), *_headers(route)]
    if parameters:
        document["parameters"] = parameters
    if operation.body is not None:
        document["requestBody"] = {"required": True, "content": _sent(route, by_type)}
    document["responses"] = {
        str(operation.status): _success(route, by_type),
        **{str(status): _refused(found) for status, found in codes_of(route).items()},
    }
    if not operation.access.public:
        signed: list[Document] = [{"merchant": []}] if operation.path.startswith(MERCHANT_PATHS) else []
        document["security"] = [{"person": []}, *signed]
    elif operation.access.guests:
        # Nobody has to be signed in, and who is may say so.
        document["security"] = [{}, {"person": []}]
    return document


def _path(route: Route) -> Iterator[Document]:
    given = route.sample.get("pathParameters") or {}
    for part in route.operation.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}")
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **_example(given, name)}


def _query(route: Route, by_type: dict[Any, Any], named: dict[str, Any]) -> Iterator[Document]:
    if route.operation.query is None:
        return
    schema = by_type[route.operation.query, "validation"]
    if "$ref" in schema:
        schema = named[schema["$ref"].removeprefix(schemas.PREFIX)]
    given = route.sample.get("queryStringParameters") or {}
    for name, property_ in schema.get("properties", {}).items():
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", [])}
        own = {key: value for key, value in property_.items() if key != "description"}
        if "description" in property_:
            parameter["description"] = property_["description"]
        yield parameter | {"schema": own} | _example(given, name, own)


def _headers(route: Route) -> Iterator[Document]:
    if route.operation.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": route.operation.keyed,
            "description": "Any text of the client's choice that names this request, so that it may be repeated.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }
    for name, description in route.operation.headers.items():
        schema = {"type": "string", "maxLength": 128}
        yield {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _example(given: dict[str, Any], name: str, schema: Document | None = None) -> Document:
    """The value that the sample request has, as what it is: in a query, everything is text."""
    if name not in given:
        return {}
    value = given[name]
    match (schema or {}).get("type"):
        case "integer" | "number" | "boolean":
            return {"example": json.loads(value)}
        case "array":
            return {"example": [value]}
    return {"example": value}


def _sent(route: Route, by_type: dict[Any, Any]) -> Document:
    """What a request's body is, by media type: JSON of a model, or whatever the operation takes as it comes."""
    operation = route.operation
    schema = {"type": "string"} if operation.body is bytes else by_type[operation.body, "validation"]
    found: Document = {taken: {"schema": schema} for taken in operation.takes or ("application/json",)}
    media = (route.sample.get("headers") or {}).get("Content-Type")
    if media in found and route.sample.get("body") is not None:
        found[media]["example"] = route.sample["body"]
    return found


def _success(route: Route, by_type: dict[Any, Any]) -> Document:
    returns = route.operation.returns
    response: Document = {"description": HTTPStatus(route.operation.status).phrase}
    if isinstance(returns, type) and issubclass(returns, BaseModel) and returns.__doc__:
        response["description"] = " ".join(returns.__doc__.split())
    if _answers(returns):
        response["content"] = {"application/json": {"schema": by_type[returns, "serialization"]}}
    elif returns is Response:
        response["content"] = {route.operation.gives: {"schema": {"type": "string"}}}
    return response


def _refused(found: list[type[errors.MallError]]) -> Document:
    return {
        "description": " or ".join(f"`{error.__name__}`" for error in found),
        "content": {
            "application/json": {
                "schema": {"$ref": f"{schemas.PREFIX}Refusal"},
                "examples": {
                    error.__name__: {"value": {"Code": error.__name__, "Message": error.message}} for error in found
                },
            }
        },
    }


def _owner(subsystem: str) -> str:
    """The first sentence with which a subsystem's package introduces itself."""
    import importlib  # noqa: PLC0415

    try:
        text = importlib.import_module(f"mall.{subsystem}").__doc__ or ""
    except ModuleNotFoundError:
        text = ""
    first = inspect.cleandoc(text).partition("\n\n")[0]
    return " ".join(first.split()).partition(": ")[2] or subsystem


def _reachable(root: Any, named: dict[str, Any]) -> dict[str, Any]:
    """Those of `named` that are referred to, by others of them too."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            reference = node.get("$ref")
            name = reference.removeprefix(schemas.PREFIX) if isinstance(reference, str) else None
            if name is not None and name not in found:
                found.add(name)
                waiting.append(named[name])
    return {name: named[name] for name in sorted(found)}
