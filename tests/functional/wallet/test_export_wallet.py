"""The copy of one's data: the wallet and all that it did."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mall import config, ids
from mall.users.model import AccountClosed
from tests.fixtures import people
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("aws", "database")


def test_a_wallet_and_its_whole_history_are_a_part_of_the_copy(run: Callable[..., Any]) -> None:
    me, export_id = people.with_account().user_id, ids.new("exp")
    acts.credit(me, 5000, "pay_1")
    acts.hold(me, acts.trade_of(me), 3000)

    for _ in range(2):
        run("wallet.export_wallet", {"user_id": me, "export_id": export_id})

    key = f"exports/{me}/{export_id}/wallet.json"
    stored = json.loads(boto3.client("s3").get_object(Bucket=config.bucket("exports"), Key=key)["Body"].read())
    assert stored["wallet"]["balance"] == {"amount": 2000, "currency": "CNY"}
    assert [(entry["kind"], entry["amount"]["amount"]) for entry in stored["entries"]] == [
        ("payment", -3000),
        ("top_up", 5000),
    ]


def test_nothing_is_kept_for_who_is_gone(run: Callable[..., Any]) -> None:
    me = people.with_account()
    people.close(me)

    with pytest.raises(AccountClosed):
        run("wallet.export_wallet", {"user_id": me.user_id, "export_id": ids.new("exp")})
