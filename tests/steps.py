"""The steps of our code that the outside world sees: writes to AWS and commits to PostgreSQL.

Between any two of them a process may die. `watched(reached)` calls `reached("before PutItem")`, `reached("after
PutItem")`, `reached("before commit")`, … wherever the code inside gets to; `reached` may raise, or kill the process.
What is hooked is the clients of AWS and SQLAlchemy, never a subsystem's own code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

from tests.fixtures.calls import Call, put_between

WRITES = {
    *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
    *("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PutEvents", "Publish"),
    *("PutObject", "DeleteObject", "DeleteObjects", "StartExecution"),
}


@contextmanager
def watched(reached: Callable[[str], None]) -> Iterator[None]:
    """Tell `reached` about each step, just before and just after it."""
    commit: Any = DefaultDialect.do_commit

    def watched_call(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if operation not in WRITES:
            return call(client, operation, arguments)
        reached(f"before {operation}")
        answer = call(client, operation, arguments)
        reached(f"after {operation}")
        return answer

    def watched_commit(dialect: DefaultDialect, connection: Any) -> None:
        reached("before commit")
        commit(dialect, connection)
        reached("after commit")

    with pytest.MonkeyPatch.context() as patch:
        put_between(patch, watched_call)
        patch.setattr(DefaultDialect, "do_commit", watched_commit)
        yield


class Killed(BaseException):
    """Stands for SIGKILL where the code under test runs inside the test's own process."""
