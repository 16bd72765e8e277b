"""What the tests of orders share: a mall in which somebody buys, and the statements that PostgreSQL is given."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.fixtures import buying


@pytest.fixture
def mall(database: list[str], run: Callable[..., Any]) -> buying.Mall:
    """A mall in which somebody buys, on the first shard."""
    return buying.opened(run, slot=9)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that were sent to the shards, in order."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
