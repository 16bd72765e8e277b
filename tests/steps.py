"""The steps of our code that the outside world sees: writes to AWS and commits to PostgreSQL.

Between any two of them a process may die. `watched(reached)` calls `reached("before PutItem")`, `reached("after
PutItem")`, `reached("before commit")`, … wherever the code inside gets to; `reached` may raise, or kill the process.
What is hooked is boto's and SQLAlchemy's, never ours.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from sqlalchemy.engine.default import DefaultDialect

WRITES = {
    *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
    *("SendMessage", "SendMessageBatch", "DeleteMessage", "DeleteMessageBatch", "PutEvents", "Publish"),
    *("PutObject", "DeleteObject", "DeleteObjects", "StartExecution"),
}


@contextmanager
def watched(reached: Callable[[str], None]) -> Iterator[None]:
    """Tell `reached` about each step, just before and just after it."""
    call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    commit: Any = DefaultDialect.do_commit

    def watched_call(client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
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
        patch.setattr(BaseClient, "_make_api_call", watched_call)
        patch.setattr(DefaultDialect, "do_commit", watched_commit)
        yield


class Killed(BaseException):
    """Stands for SIGKILL where the code under test runs inside the test's own process."""
