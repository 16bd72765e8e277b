"""Alarms watch what is published: an alarm on a metric that nobody writes is never raised."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.local import templates
from infra.local.deploy import TEMPLATE
from infra.local.state import ROOT
from infra.local.templates import FUNCTION, resources
from mall.observability import count, metrics

LAYER = ROOT / "layers" / "mall" / "python"
SERVICE = {"service": "mall"}
# What gives its metrics the dimension `operation`.
_OPERATION = re.compile(
    r"""(?:Endpoint|saga\.task|events\.consumer|events\.consumer_of_many|add_dimension\("operation",)\s*\(?"([\w.]+)\""""
)
ALL = templates.nested(TEMPLATE)


def _watched() -> Iterator[Any]:
    """The metrics of the mall's own that alarms watch: name and dimensions."""
    for path, template in ALL.items():
        for name, alarm in resources(template, "AWS::CloudWatch::Alarm").items():
            properties = alarm["Properties"]
            for metric in (
                properties,
                *(one["MetricStat"]["Metric"] for one in properties.get("Metrics", ()) if "MetricStat" in one),
            ):
                if metric.get("Namespace") == "Mall":
                    dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
                    yield pytest.param(metric["MetricName"], dimensions, id=f"{path.stem}.{name}")


def _names(template: dict[str, Any]) -> set[str]:
    return {one["Properties"]["FunctionName"]["Fn::Sub"] for one in resources(template, FUNCTION).values()}


FUNCTIONS = {
    f"{subsystem}.{name}": ROOT / "functions" / subsystem / f"{name}.py"
    for path, template in ALL.items()
    for subsystem, name in (full.removeprefix("${Stage}-").split("-", 1) for full in _names(template))
}


@cache
def _imported(path: Path) -> frozenset[Path]:
    """The modules of the mall that a module imports, also those that it imports late."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            module = LAYER.joinpath(*name.split("."))
            found |= {file for file in (module.with_suffix(".py"), module / "__init__.py") if file.exists()}
    return frozenset(found)


def _reached(path: Path) -> set[Path]:
    seen, left = set[Path](), [path]
    while left:
        if (module := left.pop()) not in seen:
            seen.add(module)
            left += _imported(module)
    return seen


def _counting(metric: str, how: str) -> set[Path]:
    """The modules that `count` or `alert` this metric."""
    call = re.compile(rf"\b{how}\(\s*\"{metric}\"")
    sources = [*LAYER.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    return {path for path in sources if call.search(path.read_text(encoding="utf-8"))}


def operation(function: str) -> str | None:
    """The dimension `operation` of the metrics of a function, None where it has none."""
    found = _OPERATION.search(FUNCTIONS[function].read_text(encoding="utf-8"))
    return found.group(1) if found else None


@pytest.mark.parametrize(("metric", "dimensions"), list(_watched()))
def test_an_alarm_watches_what_a_function_publishes(metric: str, dimensions: dict[str, str]) -> None:
    alerting, counting = _counting(metric, "alert"), _counting(metric, "count")

    assert alerting or counting, "nobody publishes it"
    if alerting:
        assert not counting
        assert dimensions == SERVICE
        return
    functions = [function for function, path in FUNCTIONS.items() if _reached(path) & counting]
    published = [
        SERVICE if of is None else {**SERVICE, "operation": of}
        for of in (operation(function) for function in functions)
    ]
    assert dimensions in published


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_operation_goes_by_the_name_of_its_function(function: str) -> None:
    assert operation(function) in (None, function)


@pytest.mark.parametrize("of", [{}, {"operation": "orders.place_order"}])
def test_a_count_has_the_dimensions_that_alarms_are_held_against(
    capsys: pytest.CaptureFixture[str], of: dict[str, str]
) -> None:
    for name, value in of.items():
        metrics.add_dimension(name, value)
    count("OrdersPlaced")
    metrics.flush_metrics()

    line = json.loads(capsys.readouterr().out)
    (written,) = line["_aws"]["CloudWatchMetrics"]
    assert written["Namespace"] == "Mall"
    assert {name: line[name] for name in written["Dimensions"][0]} == SERVICE | of
