"""The sandbox in DynamoDB, its queue of callbacks, and the way out to whom they are for."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import urllib3

from mall import aws, config, errors, nosql
from mall.sandbox.items import (
    PAYMENT,
    REFUND,
    SWITCHES,
    SandboxItem,
    item_of,
    item_of_refund,
    payment_of,
    refund_of,
    settings_of,
    switches_of,
)
from mall.sandbox.model import (
    NoSuchSandboxPayment,
    NumberTaken,
    Payment,
    Refund,
    RefundStatus,
    Switches,
)

# The sandbox forgets what it knows after a year; a payment is refunded sooner or never.
_KEPT = timedelta(days=365)
# The longest that a queue holds a message back.
_LONGEST_WAIT = 900
_PATIENCE = urllib3.Timeout(connect=2, read=8)
_http = urllib3.PoolManager(timeout=_PATIENCE, retries=False)


def create(payment: Payment) -> Payment:
    """Keep a new payment; the one of that number when it asks for the same. Raises NumberTaken for anything else."""
    item = item_of(payment)
    item.expires = int((payment.created_at + _KEPT).timestamp())
    try:
        with nosql.conditional():
            item.save(condition=SandboxItem.pk.does_not_exist())
    except nosql.ConditionFailed:
        found = load(payment.id)
        if not found.same_as(payment):
            raise NumberTaken from None
        return found
    return payment


def load(payment_id: str) -> Payment:
    """One payment. Raises NoSuchSandboxPayment."""
    try:
        return payment_of(SandboxItem.get(payment_id, PAYMENT, consistent_read=True))
    except SandboxItem.DoesNotExist:
        raise NoSuchSandboxPayment from None


def save(payment: Payment, *, before: Payment) -> None:
    """Write a payment over the one that was read. Raises Conflict when somebody else was quicker."""
    item = item_of(payment)
    item.expires = int((payment.created_at + _KEPT).timestamp())
    try:
        with nosql.conditional():
            item.save(condition=SandboxItem.version == before.version)
    except nosql.ConditionFailed:
        raise errors.Conflict from None


def refund(payment: Payment, refund: Refund) -> Refund:
    """Keep a refund, in the place of one of that number that failed.

    Raises Conflict when somebody else was quicker.
    """
    counted = refund.amount.cents if refund.status is not RefundStatus.FAILED else 0
    # The version too: who closes or pays at the same moment wrote over what was refunded otherwise.
    try:
        with nosql.transaction() as writes:
            writes.save(
                item_of_refund(payment.id, refund),
                condition=SandboxItem.pk.does_not_exist() | (SandboxItem.status == RefundStatus.FAILED.value),
            )
            writes.update(
                SandboxItem(payment.id, PAYMENT),
                actions=[SandboxItem.refunded.add(counted), SandboxItem.version.add(1)],
                condition=SandboxItem.version == payment.version,
            )
    except nosql.ConditionFailed:
        raise errors.Conflict from None
    return refund


def find_refund(payment_id: str, refund_no: str) -> Refund | None:
    """One refund, None where there is none of that number."""
    try:
        return refund_of(SandboxItem.get(payment_id, REFUND + refund_no, consistent_read=True))
    except SandboxItem.DoesNotExist:
        return None


def of_day(merchant_id: str, day: str) -> Iterator[Payment | Refund]:
    """What was paid and refunded on a day (UTC, YYYY-MM-DD), in order."""
    for item in SandboxItem.by_day.query(f"{merchant_id}#{day}"):
        yield payment_of(item) if item.sk == PAYMENT else refund_of(item)


def switches() -> Switches:
    """The switches of every payment that has none of its own."""
    try:
        return switches_of(dict(SandboxItem.get(SWITCHES, SWITCHES, consistent_read=True).switches))
    except SandboxItem.DoesNotExist:
        return Switches()


def set_switches(switches: Switches) -> None:
    """Set the switches of every payment that has none of its own."""
    item = SandboxItem(SWITCHES, SWITCHES)
    item.switches = settings_of(switches)
    item.save()


def post(message: Mapping[str, Any], *, wait: float) -> None:
    """Hand a callback to the queue, to come out of it after `wait` seconds or the longest that a queue can wait."""
    aws.client("sqs").send_message(
        QueueUrl=config.queue("sandbox-callbacks"),
        MessageBody=json.dumps(message, ensure_ascii=False),
        DelaySeconds=max(0, min(_LONGEST_WAIT, round(wait))),
    )


def send(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    """Call somebody back; the status and the beginning of what they said, (0, why) when nothing came."""
    try:
        answer = _http.request("POST", url, body=body, headers=dict(headers), redirect=False)
    except urllib3.exceptions.HTTPError as error:
        return 0, type(error).__name__
    return answer.status, answer.data[:200].decode("utf-8", "replace")
