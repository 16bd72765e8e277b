"""House rules: one name in five places, and who may import whom where import-linter does not look."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from infra.api.endpoints import ROOT, Route, function_files, load, routes, sample_of
from infra.local import templates
from mall.http import MERCHANT_PATHS, PLATFORM_PATHS, Endpoint

MALL = ROOT / "layers" / "mall" / "python" / "mall"
FILES = [pytest.param(path, id=f"{path.parent.name}.{path.stem}") for path in function_files()]
ROUTES = [pytest.param(route, id=route.name) for route in routes()]
# Packages of the layer that are tools of every subsystem, not subsystems themselves.
TOOLS = {"sql", "events", "imaging"}
# What another subsystem may be asked through: its use cases, the errors and values that stand beside its model, how a
# product looks in every list, and where the public finds a picture.
DOORS = {"service", "model", "cards", "addresses"}


def resource_name(path: Path) -> str:
    return "".join(word.title() for word in path.stem.split("_"))


@cache
def stack_of(subsystem: str) -> dict[str, str]:
    """The functions that a subsystem's stack makes: resource → handler."""
    path = ROOT / "infra" / "stacks" / f"{subsystem}.yaml"
    found = templates.resources(templates.load(path), templates.FUNCTION) if path.exists() else {}
    return {name: resource["Properties"]["Handler"] for name, resource in found.items()}


# ── One name, five places ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", FILES)
def test_a_function_has_its_resource_in_its_subsystems_stack(path: Path) -> None:
    assert stack_of(path.parent.name).get(resource_name(path)) == f"{path.stem}.app"


@pytest.mark.parametrize("path", FILES)
def test_a_function_has_a_sample_event(path: Path) -> None:
    sample = sample_of(path)

    assert sample.exists()
    assert isinstance(json.loads(sample.read_text(encoding="utf-8")), dict | list)


@pytest.mark.parametrize("path", FILES)
def test_a_function_has_a_functional_test(path: Path) -> None:
    test = ROOT / "tests" / "functional" / path.parent.name / f"test_{path.stem}.py"

    assert test.exists()
    assert re.search(r"^def test_", test.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", FILES)
def test_an_endpoint_goes_by_the_name_of_its_file_and_is_in_the_contract(path: Path) -> None:
    app = load(path).app
    if not isinstance(app, Endpoint):
        return

    name = f"{path.parent.name}.{path.stem}"
    assert app.app_name == name
    assert name in operations()


@cache
def operations() -> dict[str, str]:
    """Which path serves which operation, as the checked-in contract has it."""
    document = yaml.safe_load((ROOT / "infra" / "api" / "openapi.yaml").read_text(encoding="utf-8"))
    return {
        operation["operationId"]: path for path, methods in document["paths"].items() for operation in methods.values()
    }


def test_nothing_is_left_of_functions_that_are_gone() -> None:
    functions = {f"{path.parent.name}.{path.stem}" for path in function_files()}
    stacks = {path.stem for path in (ROOT / "infra" / "stacks").glob("*.yaml")}

    resources = {f"{stack}.{handler.split('.')[0]}" for stack in stacks for handler in stack_of(stack).values()}
    samples = {
        f"{path.parent.name}.{path.stem}"
        for path in (ROOT / "events").glob("*/*.json")
        if path.parent.name != "contracts"
    }

    assert resources - functions == set()
    assert samples - functions == set()
    assert set(operations()) - functions == set()


# ── Endpoints ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("route", ROUTES)
def test_an_operation_tells_clients_what_it_does(route: Route) -> None:
    first = route.operation.summary.partition("\n")[0]

    assert first.endswith((".", "?"))
    assert len(first) <= 120


@pytest.mark.parametrize("route", ROUTES)
def test_an_operation_is_found_where_its_callers_look(route: Route) -> None:
    assert re.fullmatch(r"/api(/[a-z0-9-]+|/\{[a-z_]+\})+", route.operation.path)
    if route.operation.path.startswith((MERCHANT_PATHS, PLATFORM_PATHS, "/api/ops/")):
        assert route.operation.access.permission is not None


@pytest.mark.parametrize("route", ROUTES)
def test_a_list_comes_in_pages(route: Route) -> None:
    query = route.operation.query
    if query is not None and "after" in query.model_fields:
        assert "limit" in query.model_fields
    assert query is None or not {"offset", "page", "skip"} & set(query.model_fields)


# ── Who may import whom ─────────────────────────────────────────────────────────────────────────────────────────────


@cache
def imported(path: Path) -> set[str]:
    """The full names of what a file imports, `from a.b import c` as `a.b.c`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("path", FILES)
def test_a_function_imports_the_mall_and_nothing_else_of_ours(path: Path) -> None:
    ours = {"functions", "infra", "tests"} | {other.stem for other in path.parent.glob("*.py")}

    assert {name.partition(".")[0] for name in imported(path)} & ours == set()


@pytest.mark.parametrize("path", FILES)
def test_a_function_reaches_stores_through_a_service_only(path: Path) -> None:
    names = {name for name in imported(path) if name.startswith("mall.")}

    assert not {name for name in names if {"store", "tables"} & set(name.split("."))}


@pytest.mark.parametrize("path", FILES)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


def test_a_subsystem_asks_another_through_its_service() -> None:
    subsystems = {path.name for path in MALL.iterdir() if path.is_dir() and (path / "__init__.py").exists()} - TOOLS
    wrong = []
    for path in MALL.rglob("*.py"):
        own = path.relative_to(MALL).parts[0]
        for name in imported(path):
            parts = name.split(".")
            if len(parts) < 3 or parts[0] != "mall" or parts[1] not in subsystems or parts[1] == own:
                continue
            if own in subsystems and not DOORS & set(parts[2:]):
                wrong.append(f"{path.relative_to(MALL)} imports {name}")
    assert wrong == []


def test_the_core_knows_no_subsystem() -> None:
    subsystems = {path.name for path in MALL.iterdir() if path.is_dir() and (path / "__init__.py").exists()} - TOOLS
    core = [*MALL.glob("*.py"), *(path for tool in TOOLS for path in (MALL / tool).rglob("*.py"))]
    known = {
        f"{path.relative_to(MALL)} imports {name}"
        for path in core
        for name in imported(path)
        if name.split(".")[0] == "mall" and len(name.split(".")) > 1 and name.split(".")[1] in subsystems
    }

    assert known == set()


def test_the_layer_imports_nothing_of_the_projects_tools() -> None:
    wrong = {name for path in MALL.rglob("*.py") for name in imported(path)}

    assert {name.partition(".")[0] for name in wrong} & {"functions", "infra", "tests", "moto", "rich", "yaml"} == set()
