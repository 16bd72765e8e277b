"""Beginning a top-up."""

from datetime import timedelta

from mall import clock, ids, sql
from mall.money import Money
from mall.payments import service
from mall.payments.model import Intent
from mall.wallet import service as wallet

_PAYABLE_FOR = timedelta(minutes=30)


def begin(user_id: str, amount: Money) -> Intent:
    """Open an intent for `amount`. Raises WalletLimitReached, or Invalid for an amount that no wallet takes."""
    wallet.check_top_up(user_id, amount)
    now = clock.now()
    reference = ids.new("top", slot=ids.slot_of(user_id), at=now)

    def act(session: sql.Session) -> Intent:
        return service.open_intent(
            session,
            user_id=user_id,
            purpose="top_up",
            reference=reference,
            amount=amount,
            subject="钱包充值 Wallet top-up",
            expires_at=now + _PAYABLE_FOR,
        )

    return sql.retrying(act, key=user_id)
