"""Every file of `events/` is an event that its function takes: people invoke functions with them.

The person in the samples has an account here, and nothing else that they name exists. So an endpoint may refuse its
sample, but only in a way that its contract tells, and never because of its form.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.api.contract import codes_of
from infra.api.endpoints import ROOT, function_files, load, routes, sample_of
from mall import clock, saga
from mall.http import Endpoint
from mall.inventory.model import SoldOut
from mall.orders.model import TradeNotFound
from mall.users import store
from mall.users.model import Account, Identifier
from tests.fixtures.gateway import Answer

ROUTES = {route.name: route for route in routes()}
OTHERS = [path for path in function_files() if f"{path.parent.name}.{path.stem}" not in ROUTES]
PERSON = "usr_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7G4"
# Tasks that cannot do their sample because what it names does not exist: the error that their machine catches.
REFUSES: dict[str, type[Exception]] = {
    "users.finish_export": saga.Retryable,
    "inventory.reserve_stock": SoldOut,
    **{
        f"orders.{task}": TradeNotFound
        for task in (
            *("hold_benefits", "release_benefits", "open_payment", "close_payment", "give_up_trade"),
            *("check_deadline", "confirm_payment"),
        )
    },
}
# Refusals that tell of a request's form: a sample is well formed.
MALFORMED = {"MalformedBody", "BodyTooLarge", "Invalid"}


@pytest.fixture(autouse=True)
def _person(request: pytest.FixtureRequest) -> None:
    """Open the account of the person in the samples, for tests that run a function."""
    if "run" not in request.fixturenames:
        return
    request.getfixturevalue("aws")
    store.create(Account.register(Identifier("email", "anna@example.com"), id=PERSON, at=clock.now()))


def sample(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sample_of(path).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ROUTES)
def test_an_endpoints_sample_is_a_request_for_it(name: str) -> None:
    route = ROUTES[name]
    event = sample(ROOT / "functions" / route.subsystem / f"{route.function}.py")

    assert event["requestContext"]["resourcePath"] == event["resource"] == route.operation.path
    assert event["requestContext"]["httpMethod"] == event["httpMethod"] == route.operation.method
    concrete = route.operation.path
    for key, value in (event.get("pathParameters") or {}).items():
        concrete = concrete.replace(f"{{{key}}}", value)
    assert event["path"] == concrete


@pytest.mark.parametrize("name", ROUTES)
def test_an_endpoint_takes_its_sample(name: str, run: Callable[..., Any], database: list[str]) -> None:
    route = ROUTES[name]
    path = ROOT / "functions" / route.subsystem / f"{route.function}.py"
    assert isinstance(load(path).app, Endpoint)

    answer = Answer.of(run(name, sample(path)))

    if answer.status == route.operation.status:
        return
    if route.operation.gives != "application/json" and answer.code is None:
        # A page for people says in words what it refuses.
        assert answer.status in codes_of(route)
        return
    documented = {status: {error.__name__ for error in found} for status, found in codes_of(route).items()}
    assert answer.code in documented.get(answer.status, ()), answer
    assert answer.code not in MALFORMED


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_task_or_consumer_takes_its_sample(path: Path, run: Callable[..., Any], database: list[str]) -> None:
    name = f"{path.parent.name}.{path.stem}"

    if name in REFUSES:
        with pytest.raises(REFUSES[name]):
            run(name, sample(path))
        return
    result = run(name, sample(path))

    # A batch of messages: none of the sample's is one that cannot be handled.
    if isinstance(result, dict) and "batchItemFailures" in result:
        assert result["batchItemFailures"] == []
