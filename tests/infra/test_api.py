"""The contract of the API: fresh, valid for those who read it, and as API Gateway takes it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from openapi_spec_validator import validate
from pydantic import BaseModel, Field

from infra.api import docs, schemas
from infra.api.__main__ import PATH, written
from infra.api.contract import contract
from infra.api.endpoints import ROOT
from infra.api.gateway import AUTHORIZER


@pytest.fixture(scope="module")
def deployed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return found


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def test_the_contract_says_what_the_routes_say() -> None:
    assert PATH.read_text(encoding="utf-8") == written(), "run `make api`"


def test_the_same_routes_give_the_same_document() -> None:
    assert written() == written()


def test_the_contract_is_valid_openapi(deployed: dict[str, Any]) -> None:
    validate(deployed)
    validate(contract())


def test_every_operation_is_served_by_the_function_of_its_name(deployed: dict[str, Any]) -> None:
    for operation in operations(deployed):
        name = operation["operationId"].replace(".", "-")
        integration = operation["x-amazon-apigateway-integration"]
        assert integration["type"] == "aws_proxy"
        assert integration["httpMethod"] == "POST"
        assert integration["uri"]["Fn::Sub"].endswith(f":function:${{Stage}}-{name}:live/invocations")


def test_who_must_sign_in_passes_the_authorizer(deployed: dict[str, Any]) -> None:
    plain = {operation["operationId"]: operation for operation in operations(contract())}
    scheme = deployed["components"]["securitySchemes"]["person"]

    assert AUTHORIZER.replace(".", "-") in scheme["x-amazon-apigateway-authorizer"]["authorizerUri"]["Fn::Sub"]
    for operation in operations(deployed):
        # Who may be a guest passes the authorizer by: it lets nobody through without a token.
        demanded = {} not in plain[operation["operationId"]].get("security", [{}])
        assert ("security" in operation) == demanded
        assert operation.get("security", [{"person": []}]) == [{"person": []}]


def test_models_go_by_names_that_the_gateway_takes(deployed: dict[str, Any]) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in deployed["components"]["schemas"])


def test_the_document_fits_into_a_template(deployed: dict[str, Any]) -> None:
    # A template holds a megabyte, and this one is included whole.
    assert len(json.dumps(deployed, separators=(",", ":"))) < 950_000


def test_every_refusal_of_the_gateway_has_the_malls_shape(deployed: dict[str, Any]) -> None:
    for response in deployed["x-amazon-apigateway-gateway-responses"].values():
        body = json.loads(response["responseTemplates"]["application/json"])
        assert set(body) == {"Code", "Message"}


def test_the_contract_for_people_says_nothing_of_how_it_is_deployed() -> None:
    text = json.dumps(contract())

    assert "x-amazon" not in text
    assert "Fn::" not in text


def test_an_example_is_what_the_sample_event_sends() -> None:
    for operation in operations(contract()):
        subsystem, _, name = operation["operationId"].partition(".")
        sample = json.loads((ROOT / "events" / subsystem / f"{name}.json").read_text(encoding="utf-8"))
        if "requestBody" in operation:
            media, body = sample["headers"]["Content-Type"], sample["body"]
            example = operation["requestBody"]["content"][media]["example"]
            assert example == (json.loads(body) if media == "application/json" else body)


# ── From pydantic to OpenAPI 3.0 ────────────────────────────────────────────────────────────────────────────────────


class Inner(BaseModel):
    x: int


class Everything(BaseModel):
    """Every form in which the dialects differ."""

    maybe: int | None = None
    inner: Inner | None = Field(None, description="An inner one.")
    one: Literal["only"] = "only"
    either: int | str | None
    above: Annotated[int, Field(gt=0, lt=10)]
    pair: tuple[int, str]
    same: tuple[int, int]
    shown: Annotated[str, Field(examples=["a", "b"])]
    table: dict[str, Inner]


def test_the_forms_of_json_schema_become_those_of_openapi() -> None:
    _, named = schemas.of_types([(Everything, "validation")])
    properties = named["Everything"]["properties"]

    assert properties == {
        "maybe": {"nullable": True, "type": "integer"},
        "inner": {
            "allOf": [{"$ref": "#/components/schemas/Inner"}],
            "description": "An inner one.",
            "nullable": True,
        },
        "one": {"default": "only", "enum": ["only"], "type": "string"},
        "either": {"anyOf": [{"type": "integer"}, {"type": "string"}], "nullable": True},
        "above": {
            "type": "integer",
            "minimum": 0,
            "exclusiveMinimum": True,
            "maximum": 10,
            "exclusiveMaximum": True,
        },
        "pair": {
            "type": "array",
            "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "minItems": 2,
            "maxItems": 2,
        },
        "same": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "shown": {"type": "string", "example": "a"},
        "table": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Inner"}},
    }


# ── The page ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_brings_everything_it_shows(tmp_path: Path) -> None:
    files = {path.name: path for path in docs.build(tmp_path / "docs")}

    page = files["index.html"].read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert name in files
    assert json.loads(files["openapi.json"].read_text(encoding="utf-8")) == contract()
    assert 'url: "openapi.json"' in files["start.js"].read_text(encoding="utf-8")
    assert "<script>" not in page
