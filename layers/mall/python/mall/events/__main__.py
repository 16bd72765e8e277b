"""Send dead letters back into their queue, once what made them fail is repaired.

python -m mall.events redrive <queue>      the name or the URL of a consumer's queue, not of its dead letters
python -m mall.events redrive --all        every queue of this mall that has dead letters
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from mall import aws, config

# What a service says that does not know the operation: the emulator, so far.
_UNKNOWN = {"UnknownOperation", "UnknownOperationException", "InvalidAction", "UnsupportedOperation", "NotImplemented"}


def redrive(sqs: Any, queue_url: str) -> int:
    """Send the dead letters of the queue back into it and return how many there are.

    `sqs` is a client. Raises LookupError when the queue has no dead-letter queue.
    """
    policy = json.loads(_attribute(sqs, queue_url, "RedrivePolicy") or "{}")
    if "deadLetterTargetArn" not in policy:
        raise LookupError(f"{queue_url} has no dead-letter queue")
    dead_arn = policy["deadLetterTargetArn"]
    dead_url = sqs.get_queue_url(QueueName=dead_arn.rpartition(":")[2])["QueueUrl"]
    waiting = int(_attribute(sqs, dead_url, "ApproximateNumberOfMessages") or 0)
    if not waiting:
        return 0
    try:
        # The destination is named, since what the bus itself gave up never was in a queue before.
        sqs.start_message_move_task(SourceArn=dead_arn, DestinationArn=_attribute(sqs, queue_url, "QueueArn"))
    except (ClientError, NotImplementedError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] not in _UNKNOWN:
            raise
        return sum(1 for _ in _move(sqs, dead_url, queue_url))
    return waiting


def _move(sqs: Any, source: str, destination: str) -> Iterator[str]:
    """Move message by message: sent first and deleted then, so that one may come twice but none is lost."""
    while messages := sqs.receive_message(
        QueueUrl=source, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
    ).get("Messages", []):
        for message in messages:
            attributes = message.get("MessageAttributes", {})
            sqs.send_message(QueueUrl=destination, MessageBody=message["Body"], MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]


def _attribute(sqs: Any, queue_url: str, name: str) -> str | None:
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name]).get("Attributes", {})
    value: str | None = attributes.get(name)
    return value


def _queues(sqs: Any, given: str | None) -> Iterator[str]:
    if given is None:
        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"{config.stage()}-")
        for url in (url for page in pages for url in page.get("QueueUrls", [])):
            if _attribute(sqs, url, "RedrivePolicy"):
                yield url
    elif "://" in given:
        yield given
    else:
        yield sqs.get_queue_url(QueueName=given)["QueueUrl"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mall.events", description=__doc__.splitlines()[0])
    command = parser.add_subparsers(dest="command", required=True).add_parser(
        "redrive", help="send dead letters back into their queue"
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("queue", nargs="?", help="the name or URL of a queue")
    which.add_argument("--all", action="store_true", help="every queue of this mall")
    chosen = parser.parse_args(arguments)
    try:
        sqs = aws.client("sqs")
        for url in _queues(sqs, None if chosen.all else chosen.queue):
            sys.stdout.write(f"{url.rpartition('/')[2]}: {redrive(sqs, url)} messages go back\n")
    except (LookupError, ClientError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
