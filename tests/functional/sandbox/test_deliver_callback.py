"""Calling back until somebody answers "success"."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from mall import clock
from tests.fixtures.providers import Provider
from tests.functional.sandbox.conftest import Merchant

# The ladder of the real ones; the local mall has a quicker one.
LADDER = [240, 600, 600, 3600, 7200, 21600, 54000]


@pytest.fixture
def message(merchant: Merchant, provider: Provider) -> Any:
    merchant.paid(notify_url=f"{provider.origin}/callback")
    return merchant.queued()[0][1]


def test_a_callback_is_signed_over_its_time_and_body(merchant: Merchant, provider: Provider, message: Any) -> None:
    provider.answer(b"success")

    merchant.deliver(message)

    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/callback")
    moment = asked.headers["sandbox-time"]
    signed = hmac.new(merchant.key.encode(), moment.encode() + b"\n" + asked.body, hashlib.sha256).hexdigest()
    assert asked.headers["sandbox-signature"] == signed
    assert asked.json["out_trade_no"] == "order-20300101-1"
    assert merchant.queued() == []


@pytest.mark.parametrize(("status", "said"), [(200, b"fail"), (200, b""), (500, b"success"), (404, b""), (302, b"")])
def test_what_is_not_heard_is_told_again(
    merchant: Merchant, provider: Provider, message: Any, status: int, said: bytes
) -> None:
    provider.answer(said, status)

    merchant.deliver(message)

    ((wait, again),) = merchant.queued()
    assert again["body"] == message["body"]
    assert (again["tries"], LADDER[0] - 2 <= wait <= LADDER[0]) == (1, True)


def test_who_does_not_answer_at_all_is_called_again(merchant: Merchant, message: Any) -> None:
    merchant.deliver(message | {"url": "http://127.0.0.1:9/callback"})

    assert len(merchant.queued()) == 1


def test_the_ladder_is_climbed_to_its_end_and_no_further(merchant: Merchant, provider: Provider, message: Any) -> None:
    moment, steps = clock.now().replace(microsecond=0) + timedelta(seconds=1), []
    while True:
        with clock.at(moment):
            merchant.deliver(message)
        waiting = merchant.queued()
        if not waiting:
            break
        message = waiting[0][1]
        steps.append(round(message["due"] - moment.timestamp()))
        moment = moment + timedelta(seconds=steps[-1])

    assert [abs(step - want) <= 1 for step, want in zip(steps, LADDER, strict=True)] == [True] * len(LADDER)
    assert len(provider.asked) == len(LADDER) + 1
    assert len({asked.body for asked in provider.asked}) == 1


def test_a_wait_that_no_queue_can_hold_is_waited_for_in_parts(
    merchant: Merchant, provider: Provider, message: Any
) -> None:
    later = message | {"due": clock.timestamp() + 3_600}

    merchant.deliver(later)

    ((wait, again),) = merchant.queued()
    assert (wait <= 900, again, provider.asked) == (True, later, [])


def test_a_callback_follows_nobody_to_another_address(merchant: Merchant, provider: Provider, message: Any) -> None:
    provider.answer(b"", 307, Location=f"{provider.origin}/elsewhere")

    merchant.deliver(message)

    assert [asked.path for asked in provider.asked] == ["/callback"]


def test_the_body_is_what_a_merchant_reads(merchant: Merchant, message: Any) -> None:
    body = json.loads(message["body"])

    assert set(body) == {
        "event_id", "merchant_id", "out_trade_no", "trade_no", "status", "amount", "currency", "paid_at", "reason",
    }  # fmt: skip
