"""What the tests of sagas share: AWS by moto, with state machines that really run."""

from pathlib import Path

import pytest

from tests.fixtures import stacks
from tests.fixtures.aws import _environment
from tests.sagas import runner

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def sagas(aws: stacks.Mall) -> runner.Sagas:
    """The real state machines and tasks, each task with the environment that its template gives it."""
    return runner.Sagas(environment=lambda task: _environment(aws.environments.get(task)))


@pytest.fixture
def buying(aws: stacks.Mall) -> runner.Sagas:
    """The small shop's state machine, which proves the kit."""
    return runner.Sagas(machines=FIXTURES, functions=FIXTURES / "functions")
