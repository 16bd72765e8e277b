"""DynamoDB through PynamoDB: the base of every table's model, transactions, key-set pages.

A model names its table as this deployment's configuration does; the physical name is looked up at the first call:

    class Session(nosql.Model):
        class Meta(nosql.Table):
            logical = "sessions"

        user_id = UnicodeAttribute(hash_key=True)
"""

import base64
import json
import random
import re
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

# Before PynamoDB, which comes to it so deep in its own imports that CPython's stack for calls (chunks of 16 KiB) ends
# in the middle of compiling urllib3's patterns, and is grown and shrunk 6,000 times (25 ms).
import urllib3  # noqa: F401
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import BATCH_WRITE_PAGE_LIMIT
from pynamodb.exceptions import DeleteError, PutError, QueryError, TransactWriteError, UpdateError
from pynamodb.models import Model as PynamoModel
from pynamodb.pagination import ResultIterator
from pynamodb.transactions import TransactWrite

from mall import aws, config, errors

_FAILED_CONDITION = "ConditionalCheckFailed"
_MAX_CURSOR = 4096
_CHANGING = "Somebody else is changing this right now. Try again."
_NOT_A_CURSOR = "'after' is not a cursor of this list."
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOST_ACTIONS = 100
_ATTEMPTS = 5


class _PhysicalName:
    """Reads the configuration when the name is needed, so that importing a model needs no environment."""

    def __get__(self, instance: object, owner: Any) -> str:
        return config.table(owner.logical)


class Table:
    """The base of a model's `Meta`: `logical` is the name that `mall.config.table` knows."""

    logical: str
    table_name: Any = _PhysicalName()
    host = None
    region = None


class Model(PynamoModel):
    """The base of every DynamoDB model of the mall."""

    class Meta(Table):
        logical = ""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        # PynamoDB would make a client for each model, each with botocore's long signature.
        return _with_our_client(super()._get_connection())


_Item = TypeVar("_Item", bound=PynamoModel)
_Key = TypeVar("_Key", bound=Hashable)


@contextmanager
def transaction(token: str | None = None) -> Iterator[TransactWrite]:
    """All or nothing: `with transaction() as writes: writes.save(a, condition=…); writes.update(b, …)`.

    At most 100 actions. Raises `ConditionFailed`, which says at which of them a condition did not hold. With a
    `token` (36 characters at most), a repetition within ten minutes changes nothing and succeeds.
    """
    writes = _Writes(connection=_connection(), client_request_token=token)
    try:
        with writes:
            yield writes
    except TransactWriteError as error:
        failed = sorted(
            position
            for position, reason in zip(writes.sent(), error.cancellation_reasons, strict=False)
            if reason is not None and reason.code == _FAILED_CONDITION
        )
        if failed:
            raise ConditionFailed(failed) from error
        if any(reason is not None and reason.code == "TransactionConflict" for reason in error.cancellation_reasons):
            raise errors.Conflict(_CHANGING) from error
        raise


def each_that_holds(acts: Mapping[_Key, Callable[[TransactWrite], None]]) -> set[_Key]:
    """Do those of the writes whose conditions hold, a hundred of them a call, and say which those are.

    Each act gives one action to the transaction that it is handed, and may be called several times. Those of a call
    that hold are done together, so each item may be in one act only. Raises Conflict where others keep changing them.
    """
    done: set[_Key] = set()
    keys = list(acts)
    for start in range(0, len(keys), _MOST_ACTIONS):
        done |= _those_that_hold({key: acts[key] for key in keys[start : start + _MOST_ACTIONS]})
    return done


def _those_that_hold(acts: Mapping[_Key, Callable[[TransactWrite], None]]) -> set[_Key]:
    waiting = dict(acts)
    attempt = 0
    while waiting:
        try:
            with transaction() as writes:
                for act in waiting.values():
                    act(writes)
            break
        except ConditionFailed as failure:
            keys = list(waiting)
            for position in failure.positions:
                del waiting[keys[position]]
        except errors.Conflict:
            attempt += 1
            if attempt == _ATTEMPTS:
                if len(acts) == 1:
                    raise
                return _one_by_one(waiting)
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
    return set(waiting)


def _one_by_one(acts: Mapping[_Key, Callable[[TransactWrite], None]]) -> set[_Key]:
    """Somebody is at one of them again and again, and the others need not wait for that."""
    done: set[_Key] = set()
    conflict: errors.Conflict | None = None
    for key, act in acts.items():
        try:
            done |= _those_that_hold({key: act})
        except errors.Conflict as error:
            conflict = error
    if conflict is not None:
        raise conflict
    return done


class _Writes(TransactWrite):
    """PynamoDB's transaction, which sends its actions kind by kind, and remembers in which order they were given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._kinds: list[int] = []

    def condition_check(self, *arguments: Any, **options: Any) -> None:
        self._kinds.append(0)
        super().condition_check(*arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> None:
        self._kinds.append(1)
        super().delete(*arguments, **options)

    def save(self, *arguments: Any, **options: Any) -> None:
        self._kinds.append(2)
        super().save(*arguments, **options)

    def update(self, *arguments: Any, **options: Any) -> None:
        self._kinds.append(3)
        super().update(*arguments, **options)

    def sent(self) -> list[int]:
        """The positions of the actions as they were given, in the order in which they were sent."""
        return sorted(range(len(self._kinds)), key=lambda position: self._kinds[position])


class ConditionFailed(Exception):
    """A conditional write found something else than it expected; `positions` are those of a transaction's actions.

    Never seen by clients: the store that wrote turns it into the domain's own error.
    """

    def __init__(self, positions: list[int] | None = None) -> None:
        super().__init__(f"condition failed at {positions}" if positions else "condition failed")
        self.positions = positions or []


@contextmanager
def conditional() -> Iterator[None]:
    """Turn PynamoDB's ways of reporting a failed condition of a single write into ConditionFailed.

    Raises Conflict where a transaction is changing the item at this moment.
    """
    try:
        yield
    except (PutError, UpdateError, DeleteError) as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise ConditionFailed from error
        if error.cause_response_code == "TransactionConflictException":
            raise errors.Conflict(_CHANGING) from error
        raise


def page(items: "ResultIterator[_Item]") -> tuple[list[_Item], str | None]:
    """The items of one page and the cursor of the next, None at the end. Give the query its `limit`.

    Raises Invalid where DynamoDB finds that the query's start, which came from a client, is no key of this list.
    """
    try:
        found = list(items)
    except QueryError as error:
        # Only DynamoDB knows whether the key in a cursor is one of this table and index.
        if (
            error.cause_response_code == "ValidationException"
            and "start" in (error.cause_response_message or "").lower()
        ):
            raise errors.Invalid(_NOT_A_CURSOR) from None
        raise
    return found, _cursor(items.last_evaluated_key) if items.last_evaluated_key else None


def _cursor(key: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def start_of(after: str | None, **owner: str) -> dict[str, Any] | None:
    """The key that a cursor of `page` stands for; None starts at the beginning.

    `owner` names the key attributes that the cursor must hold (`user_id=caller.user_id`), so that nobody reads
    another's items with a cursor of their own making. Raises Invalid for what is not a cursor of this list.
    """
    if not after:
        return None
    try:
        if len(after) > _MAX_CURSOR:
            raise ValueError
        key = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        if not isinstance(key, dict) or any(key.get(name) != {"S": value} for name, value in owner.items()):
            raise ValueError
        if not all(_is_key(value) for value in key.values()):
            raise ValueError
    except (ValueError, RecursionError):
        raise errors.Invalid(_NOT_A_CURSOR) from None
    return key


def _is_key(value: Any) -> bool:
    """Whether this is a key attribute as DynamoDB writes it: `{"S": "text"}` or `{"N": "1"}`."""
    match value:
        case {"S": str()}:
            return len(value) == 1
        case {"N": str(number)}:
            return len(value) == 1 and len(number) <= 40 and bool(_NUMBER.fullmatch(number))
    return False


def erase(model: type[_Item], hash_key: Any, *, keep: Callable[[_Item], bool] | None = None) -> int:
    """Delete the items of one hash key (those that `keep` does not hold back) and return how many there were.

    Repeating it is harmless: it deletes whatever is left.
    """
    count = 0
    with model.batch_write() as batch:
        for item in model.query(hash_key, page_size=BATCH_WRITE_PAGE_LIMIT, consistent_read=True):
            if keep is None or not keep(item):
                batch.delete(item)
                count += 1
    return count


_connections: dict[str | None, Connection] = {}


def _connection() -> Connection:
    endpoint = config.endpoint()
    if endpoint not in _connections:
        _connections[endpoint] = Connection()
        _connections[endpoint]._client = _client(endpoint)
    return _connections[endpoint]


def forget() -> None:
    """Make connections anew, as a new execution environment would. For tests."""
    _connections.clear()
    _client.cache_clear()


def _with_our_client(table: TableConnection) -> TableConnection:
    if table.connection._client is None:
        table.connection._client = _client(config.endpoint())
    return table


@cache
def _client(endpoint: str | None) -> Any:
    """The client of all models; PynamoDB knows what DynamoDB takes, so that nobody has to check it again."""
    from botocore.config import Config  # noqa: PLC0415  (PynamoDB has loaded it)

    return aws.create("dynamodb", Config(read_timeout=5, parameter_validation=False))
