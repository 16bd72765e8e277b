"""That the tests of a file use every operation of the API's parts that they are about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from infra.api.endpoints import routes
from infra.local.visitor import Reply, Visitor


@contextmanager
def every_operation_is_used(request: pytest.FixtureRequest, *subsystems: str) -> Iterator[None]:
    """Note each call of any visitor; when all tests of the file have run, no operation may be left that none used."""
    used: set[tuple[str, str]] = set()
    failed_before = request.session.testsfailed
    call, open_ = Visitor.call, Visitor.open

    def noted(self: Visitor, method: str, path: str, *given: Any, **named: Any) -> Reply:
        used.add((method, path.partition("?")[0]))
        return call(self, method, path, *given, **named)

    def opened(self: Visitor, url: str, form: Any = None) -> requests.Response:
        used.add(("GET" if form is None else "POST", "/api/" + url.partition("?")[0].partition("/api/")[2]))
        return open_(self, url, form)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Visitor, "call", noted)
        patch.setattr(Visitor, "open", opened)
        yield
    written = {name for name in vars(request.module) if name.startswith("test_")}
    run = {item.name.partition("[")[0] for item in request.session.items if _module(item) is request.module}
    # What failed in another file says nothing of this one.
    if run == written and request.session.testsfailed == failed_before:
        untried = _untried(used, subsystems)
        assert not untried, f"nobody has used {', '.join(untried)}"


def _module(item: pytest.Item) -> Any:
    return getattr(item, "module", None)


def _untried(used: set[tuple[str, str]], subsystems: tuple[str, ...]) -> list[str]:
    def fits(path: str, pattern: str) -> bool:
        here, there = path.split("/"), pattern.split("/")
        return len(here) == len(there) and all(b.startswith("{") or a == b for a, b in zip(here, there, strict=True))

    return [
        route.name
        for route in routes()
        if route.subsystem in subsystems
        and not any(method == route.operation.method and fits(path, route.operation.path) for method, path in used)
    ]
