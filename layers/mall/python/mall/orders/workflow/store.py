"""Executions of `order_saga`: one a trade, by its id."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from mall import aws, config
from mall.observability import logger
from mall.orders.model import Stage

# The execution waits no longer: it went on, or it is over.
_GONE = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}


def start(trade_id: str, given: Mapping[str, Any]) -> bool:
    """Start the saga of a trade; False when it was started before."""
    client = aws.client("stepfunctions")
    try:
        client.start_execution(
            stateMachineArn=config.machine("order_saga"), name=trade_id, input=json.dumps(given, separators=(",", ":"))
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
            return False
        raise
    return True


def go_on(token: str, stage: Stage) -> None:
    """Let the saga that waits with `token` go on, since its trade is paid, or nothing of it is due: see its `stage`."""
    _wake("send_task_success", token, output=json.dumps({"stage": stage.value}))


def cancelled(token: str, reason: str) -> None:
    """Let the saga that waits with `token` undo what it did, since its trade was cancelled."""
    _wake("send_task_failure", token, error="TradeCancelled", cause=reason)


def _wake(operation: str, token: str, **answer: str) -> None:
    try:
        getattr(aws.client("stepfunctions"), operation)(taskToken=token, **answer)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        logger.info("nobody waits with this token any more", reason=error.response["Error"]["Code"])
