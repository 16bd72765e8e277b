"""Orders that were paid, and what is asked back of them.

| fixture | gives                                                                                              |
| ------- | -------------------------------------------------------------------------------------------------- |
| `paid`  | `paid(channel=8000, wallet=1000)`: an `acts.Paid` whose money really came in and is in the books   |
"""

from collections.abc import Callable

import pytest

from mall import ids
from mall.money import Money
from tests.fixtures.paying import Till
from tests.functional.refunds.acts import Paid
from tests.functional.wallet import acts as wallets


@pytest.fixture
def paid(till: Till) -> Callable[..., Paid]:
    """A trade of one order that was paid in the sandbox, in part from the wallet if wanted."""

    def pay(channel: int = 8000, wallet: int = 0, platform: int = 0) -> Paid:
        user_id = till.buyer.user_id
        slot = ids.slot_of(user_id)
        intent_id = attempt_id = ""
        trade_id = ids.new("trd", slot=slot)
        if channel:
            intent = till.intent(Money(channel))
            intent_id, trade_id = intent.id, intent.reference
            attempt_id = till.pay(intent)["attempt_id"]
        if wallet:
            wallets.credit(user_id, wallet)
            wallets.hold(user_id, trade_id, wallet)
        bought = Paid(
            caller=till.buyer,
            trade_id=trade_id,
            order_id=ids.new("ord", slot=slot),
            merchant_id=ids.new("mer"),
            intent_id=intent_id,
            attempt_id=attempt_id,
            channel=channel,
            wallet=wallet,
            platform=platform,
        )
        bought.confirm()
        return bought

    return pay
