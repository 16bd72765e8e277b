"""What the tests of orders share: a mall in which somebody buys."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures import buying


@pytest.fixture
def mall(database: list[str], run: Callable[..., Any]) -> buying.Mall:
    """A mall in which somebody buys, on the first shard."""
    return buying.opened(run, slot=9)
