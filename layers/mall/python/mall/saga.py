"""Tasks of state machines: idempotent on their business key, fenced against their own compensation.

    @saga.task("inventory.reserve_stock", key="order_id")                        functions/inventory/reserve_stock.py
    def app(order: saga.Input) -> saga.Result:
        return {"reserved": service.reserve(order["order_id"], order["lines"])}

    @saga.task("inventory.release_stock", key="order_id", undoes="inventory.reserve_stock")
    def app(order: saga.Input) -> saga.Result: …

The table `idempotency` remembers each task by its business key:

                     the lease ran out: killed
                       ┌──────────────┐
                       ▼              │
    (nothing) ───► INPROGRESS ────────┘───► COMPLETED   every repetition gets the first answer
        ▲              │  raised an error      │
        └──────────────┘                       │
        └──────────────┬───────────────────────┘
                       ▼
                     UNDONE      by its compensation: a late attempt of the task is refused, it changes nothing any more

- A repetition while the first attempt is at work is told to come later, and so is a compensation.
- An attempt that dies after its writes and before its answer is run again when its lease is over, so what a task does
  must itself be repeatable on the business key (a conditional write, a row with a unique key).
- A refusal (errors.MallError) leaves the task under its class name, for the state machine's `Catch` to name. Whatever
  may pass by itself (Unavailable, TooManyRequests, a dropped connection, …) is raised as `Retryable`, for `Retry`.
- A new try of what was undone is a new command with a new business key.

Powertools' idempotency, which serves the endpoints, knows neither compensation nor that a lease was lost.

A compensation has the name of its task with the opposite verb (`OPPOSITE`): reserve_stock ↔ release_stock. In a state
machine, the task `inventory.reserve_stock` is the resource `${InventoryReserveStock}`.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeAlias, cast

from botocore.exceptions import ClientError

from mall import aws, clock, config, errors
from mall.observability import count, logger, metrics

Input: TypeAlias = Mapping[str, Any]
Result: TypeAlias = Any

# Longer than any saga lives: an order can be paid days after it was placed.
KEPT_SECONDS = 90 * 24 * 60 * 60
# On top of the time that Lambda leaves an attempt: the clocks of two machines differ a little.
_MARGIN_MS = 1_000
_LONGEST_LEASE_MS = 15 * 60 * 1_000

# What undoes what: `reserve_stock` is undone by `release_stock`.
OPPOSITE: Mapping[str, str] = {
    "activate": "deactivate",
    "authorize": "void",
    "book": "cancel",
    "charge": "refund",
    "create": "cancel",
    "credit": "debit",
    "debit": "credit",
    "grant": "revoke",
    "hold": "release",
    "lock": "unlock",
    "open": "close",
    "redeem": "restore",
    "reserve": "release",
    "schedule": "unschedule",
    "spend": "return",
}

# What `Retry` of every task must name. A killed or crashed function shows as one of the last four.
RETRYABLE = (
    "Retryable",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
)


class Retryable(Exception):
    """The task may succeed when it is tried again: something did not answer, or another attempt is at work."""


class AlreadyUndone(errors.Conflict):
    message = "This was undone before it happened, so it does not happen any more."


class Task(Protocol):
    """The Lambda handler of a task: `app(input, context)` returns its result (JSON types)."""

    task: str
    undoes: str | None

    def __call__(self, given: Input, context: Any) -> Result:
        """Do the task, or remember that it was done."""


def compensation_of(task: str) -> str | None:
    """The name of what undoes `task` ("inventory.reserve_stock"), None when its verb says that nothing has to."""
    subsystem, _, name = task.rpartition(".")
    verb, _, thing = name.partition("_")
    opposite = OPPOSITE.get(verb)
    return f"{subsystem}.{opposite}_{thing}" if opposite else None


def resource_of(task: str) -> str:
    """The name by which state machines refer to `task`: `InventoryReserveStock`."""
    return "".join(word.capitalize() for word in task.replace(".", "_").split("_"))


def task(
    name: str, *, key: str | Callable[[Input], str], undoes: str | None = None, remembered: bool = True
) -> Callable[[Callable[[Input], Result]], Task]:
    """Make the Lambda handler of the task `name` out of a function of its input.

    `key` is the field of the input that is the business key, or a function that makes it. `undoes` names the task
    that this one compensates; its business key must be the same.

    A task that is not `remembered` needs no lease and no note in the table: each transaction that it consists of sees
    by its own rows whether it happened before, and refuses to happen after its compensation (in DynamoDB, by
    `not_undone`).
    """
    if undoes is not None and compensation_of(undoes) != name:
        raise ValueError(f"by its name, '{undoes}' is undone by '{compensation_of(undoes)}', not by '{name}'")

    def decorate(act: Callable[[Input], Result]) -> Task:
        @wraps(act)
        def app(given: Input, context: Any) -> Result:
            business_key = key(given) if callable(key) else given.get(key)
            if not business_key:
                raise errors.Invalid(f"The input of {name} has no business key.")
            facts: dict[str, Any] = {"task": name, "business_key": business_key}
            try:
                if remembered:
                    result = _once(name, str(business_key), undoes, lambda: act(given), _lease_ms(context))
                else:
                    result = act(given)
            except (Retryable, errors.Unavailable, errors.TooManyRequests) as problem:
                logger.warning("task comes again", **facts, reason=str(problem))
                _count(name, "TaskRetries")
                if isinstance(problem, Retryable):
                    raise
                raise Retryable(f"{problem.code}: {problem}") from problem
            except errors.MallError as refusal:
                logger.info("task refused", **facts, reason=refusal.code)
                _count(name, "TaskRefusals")
                raise
            except Exception as fault:
                logger.exception("task failed", **facts)
                _count(name, "TaskRetries")
                raise Retryable(f"{type(fault).__name__}: {fault}") from fault
            logger.info("task done", **facts)
            _count(name, "TasksDone")
            return result

        made = cast("Task", app)
        made.task = name
        made.undoes = undoes
        return made

    return decorate


def not_undone(name: str, key: str) -> dict[str, Any]:
    """An action for a transaction in DynamoDB: it fails once the task `name`, which is not remembered, was undone."""
    return {
        "ConditionCheck": {
            "TableName": config.table("idempotency"),
            "Key": {"id": {"S": _id(name, key)}},
            "ConditionExpression": "attribute_not_exists(id)",
        }
    }


def _once(name: str, key: str, undoes: str | None, act: Callable[[], Result], lease_ms: int) -> Result:
    owner = secrets.token_hex(8)
    known = _begin(_id(name, key), owner, lease_ms)
    if known is not None:
        return known.result
    try:
        if undoes is not None:
            _fence(_id(undoes, key))
        result = act()
    except Exception:
        _give_up(_id(name, key), owner)
        raise
    _complete(_id(name, key), owner, result)
    # The first answer and a remembered one are the same, to the last type.
    return json.loads(_json(result))


class _Known:
    def __init__(self, data: str) -> None:
        self.result: Result = json.loads(data)


def _begin(id_: str, owner: str, lease_ms: int) -> _Known | None:
    """Take the lease of a task, or find its result. Raises Retryable while another attempt holds it."""
    now = _now_ms()
    found = _write(
        "put_item",
        Item={
            "id": {"S": id_},
            "status": {"S": "INPROGRESS"},
            "owner": {"S": owner},
            "in_progress_expiration": {"N": str(now + lease_ms)},
            "expiration": {"N": _expiration()},
        },
        ConditionExpression="attribute_not_exists(id) OR (#status = :busy AND in_progress_expiration < :now)",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":busy": {"S": "INPROGRESS"}, ":now": {"N": str(now)}},
    )
    if found is None:
        return None
    status = found.get("status", {}).get("S")
    if status == "COMPLETED":
        return _Known(found["data"]["S"])
    if status == "UNDONE":
        raise AlreadyUndone
    raise Retryable("Another attempt is at work.")


def _fence(id_: str) -> None:
    """Let no later attempt of the undone task begin. Raises Retryable while one is at work."""
    found = _write(
        "update_item",
        Key={"id": {"S": id_}},
        UpdateExpression="SET #status = :undone, expiration = :expiration",
        ConditionExpression="attribute_not_exists(id) OR #status <> :busy OR in_progress_expiration < :now",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":undone": {"S": "UNDONE"},
            ":busy": {"S": "INPROGRESS"},
            ":now": {"N": str(_now_ms())},
            ":expiration": {"N": _expiration()},
        },
    )
    if found is not None:
        raise Retryable("The task to be undone is still at work.")


def _complete(id_: str, owner: str, result: Result) -> None:
    found = _write(
        "update_item",
        Key={"id": {"S": id_}},
        UpdateExpression="SET #status = :done, #data = :data REMOVE in_progress_expiration",
        ConditionExpression="#owner = :owner AND #status = :busy",
        ExpressionAttributeNames={"#status": "status", "#data": "data", "#owner": "owner"},
        ExpressionAttributeValues={
            ":done": {"S": "COMPLETED"},
            ":busy": {"S": "INPROGRESS"},
            ":owner": {"S": owner},
            ":data": {"S": _json(result)},
        },
    )
    if found is not None:
        raise Retryable("This attempt took longer than its lease; another one has taken over.")


def _give_up(id_: str, owner: str) -> None:
    try:
        _write(
            "delete_item",
            Key={"id": {"S": id_}},
            ConditionExpression="#owner = :owner AND #status = :busy",
            ExpressionAttributeNames={"#status": "status", "#owner": "owner"},
            ExpressionAttributeValues={":owner": {"S": owner}, ":busy": {"S": "INPROGRESS"}},
        )
    except Exception:
        logger.exception("lease not given back")  # it runs out by itself


def _write(operation: str, **arguments: Any) -> dict[str, Any] | None:
    """A conditional write: None when it happened, otherwise the item that is there instead."""
    client = aws.client("dynamodb")
    table = config.table("idempotency")
    try:
        getattr(client, operation)(TableName=table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return cast("dict[str, Any]", error.response.get("Item") or {})
    return None


def _count(name: str, metric: str) -> None:
    metrics.add_dimension("operation", name)
    count(metric)
    metrics.flush_metrics()


def _id(task_name: str, key: str) -> str:
    return f"saga#{task_name}#{key}"


def _lease_ms(context: Any) -> int:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return min(int(left()) if callable(left) else _LONGEST_LEASE_MS, _LONGEST_LEASE_MS) + _MARGIN_MS


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


def _expiration() -> str:
    return str(clock.timestamp() + KEPT_SECONDS)


def _json(result: Result) -> str:
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))
