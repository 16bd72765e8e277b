"""Functions that a queue feeds, so that a bad message of a batch never repeats the good ones."""

from collections.abc import Callable, Collection
from typing import Any, cast

from mall import errors
from mall.observability import count, logger, metrics

Batch = dict[str, Any]


def take(name: str, batch: Batch, handle: Callable[[Any], None]) -> Batch:
    """Let `handle` take in each record of an SQS batch and answer which of them have to come again.

    `handle` gets Powertools' SQSRecord (`message_id`, `json_body`). What it raises is logged here, whether refusal or
    fault; the queue moves a message that fails too often to its dead-letter queue. In a FIFO queue, the later
    messages of the same group wait for the one that failed.
    """
    # 60 ms of import that only functions spend which are fed by a queue.
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        SqsFifoPartialProcessor,
        process_partial_response,
    )

    def attempt(record: Any) -> None:
        try:
            handle(record)
        except errors.MallError as refusal:
            logger.warning("message refused", consumer=name, message_id=record.message_id, reason=refusal.code)
            raise
        except Exception:
            logger.exception("message failed", consumer=name, message_id=record.message_id)
            raise

    records = batch["Records"]
    processor: BatchProcessor
    if any(record["eventSourceARN"].endswith(".fifo") for record in records):
        processor = SqsFifoPartialProcessor(skip_group_on_error=True)
        processor.raise_on_entire_batch_failure = False
    else:
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(event=batch, record_handler=attempt, processor=processor)
    _counted(name, taken=len(records), failed=len(answer["batchItemFailures"]))
    return cast("Batch", answer)


def take_together(name: str, batch: Batch, handle: Callable[[list[Any]], Collection[str]]) -> Batch:
    """Let `handle` take in all records of an SQS batch at once, where they have much in common to ask for.

    It gets Powertools' SQSRecords and answers the `message_id`s of those that have to come again, which it logs itself.
    What it raises brings all of them back. Not for a FIFO queue.
    """
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord  # noqa: PLC0415

    records = [SQSRecord(record) for record in batch["Records"]]
    try:
        failed = sorted(handle(records))
    except Exception:
        logger.exception("messages failed", consumer=name, messages=len(records))
        raise
    _counted(name, taken=len(records), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _counted(name: str, *, taken: int, failed: int) -> None:
    metrics.add_dimension("operation", name)
    count("MessagesTaken", taken - failed)
    if failed:
        count("MessagesFailed", failed)
    metrics.flush_metrics()
