"""The same request twice has one effect and one answer: `Idempotency-Key` on top of Powertools' idempotency.

The answer to the first request is kept for a day under (operation, caller, key) in the table `idempotency` and given
again to a repetition. A repetition with another body is refused, and so is one that comes while the first is still
at work. A refused request leaves nothing behind, so it may be corrected and sent again with the same key.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)

from mall import aws, config, errors

KEPT_SECONDS = 24 * 60 * 60


class IdempotencyKeyReused(errors.Conflict):
    message = "This Idempotency-Key was used for another request. Take a new one."


class StillInProgress(errors.Conflict):
    message = "The same request is still being worked on. Ask again in a moment."


def once(operation: str, *, key: str, payload: Any, act: Callable[[], dict[str, Any]], context: Any) -> dict[str, Any]:
    """The result of `act()` (JSON types), from memory when the same `key` was answered within a day.

    `context` is the Lambda context, whose remaining time bounds how long a crashed attempt blocks the key.
    """

    @idempotent_function(  # type: ignore[untyped-decorator]
        data_keyword_argument="request",
        persistence_store=_store(config.table("idempotency")),
        config=_settings(context),
        key_prefix=operation,
    )
    def attempt(*, request: dict[str, Any]) -> dict[str, Any]:
        return act()

    try:
        result: dict[str, Any] = attempt(request={"key": key, "payload": payload})
    except IdempotencyAlreadyInProgressError:
        raise StillInProgress from None
    except IdempotencyValidationError:
        raise IdempotencyKeyReused from None
    return result


def _settings(context: Any) -> IdempotencyConfig:
    return IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="payload",
        expires_after_seconds=KEPT_SECONDS,
        lambda_context=context,
    )


@cache
def _store(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table, boto3_client=aws.client("dynamodb"))
