"""The end of an account: nobody pays from its wallet any more, and its books stay."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from mall import clock, events, hashing
from mall.wallet import service, store
from tests.fixtures.paying import batch
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")


def closed(user_id: str) -> dict[str, Any]:
    event = events.Event.of("users.AccountClosed", aggregate=user_id, data={"closed_at": clock.now().isoformat()})
    return batch({"detail-type": event.name, "source": event.source, "detail": json.loads(event.detail())})


def test_the_payment_password_is_forgotten_and_the_rest_stays(run: Callable[..., Any]) -> None:
    me, other = acts.buyer(3), acts.buyer(3)
    for user_id in (me, other):
        acts.credit(user_id, 5000)
        store.set_password(user_id, hashing.hash_password("258046"), at=clock.now())

    for _ in range(2):
        assert run("wallet.on_account_closed", closed(me)) == {"batchItemFailures": []}

    assert service.balance(me).password_set is False
    assert acts.guess(me, "258046") == "PaymentPasswordMissing"
    assert acts.stands(me) == (5000, 0)
    assert service.balance(other).password_set is True


def test_who_has_no_wallet_leaves_none_behind(run: Callable[..., Any]) -> None:
    me = acts.buyer()

    assert run("wallet.on_account_closed", closed(me)) == {"batchItemFailures": []}

    assert acts.stands(me) == (0, 0)


def test_money_that_was_on_its_way_is_credited_all_the_same(run: Callable[..., Any]) -> None:
    me = acts.buyer()
    run("wallet.on_account_closed", closed(me))

    acts.credit(me, 500, kind="refund")

    assert acts.stands(me) == (500, 0)
