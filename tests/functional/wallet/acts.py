"""What wallets do, each act in a transaction of its own, for this process's tests and for racing ones."""

from collections.abc import Callable
from typing import TypeVar

from mall import errors, ids, sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.money import Money
from mall.wallet import model, service
from mall.wallet.model import Hold

T = TypeVar("T")
MERCHANT = "merchant:mer_1:pending"


def buyer(slot: int | None = None) -> str:
    """The id of somebody who has no wallet yet."""
    return ids.new("usr", slot=ids.random_slot() if slot is None else slot)


def trade_of(user_id: str) -> str:
    """The id of a new trade of somebody's."""
    return ids.new("trd", slot=ids.slot_of(user_id))


def credit(user_id: str, cents: int, key: str = "", kind: str = "top_up") -> bool:
    """Credit a wallet with money that a channel has."""
    key = key or ids.new("pay", slot=ids.slot_of(user_id))
    return _act(
        user_id,
        lambda session: service.credit(
            session,
            user_id=user_id,
            amount=Money(cents),
            key=key,
            kind=kind,
            reference=key,
            from_account="channel:sandbox:clearing",
        ),
    )


def hold(user_id: str, trade_id: str, cents: int) -> Hold:
    """Hold money for a trade."""
    return _act(user_id, lambda session: service.hold(session, user_id=user_id, trade_id=trade_id, amount=Money(cents)))


def release(user_id: str, trade_id: str) -> None:
    """Let a hold go."""
    _act(user_id, lambda session: service.release(session, user_id=user_id, trade_id=trade_id))


def capture(user_id: str, trade_id: str) -> Money:
    """Give a hold to a merchant, as a paid order does."""

    def act(session: sql.Session) -> Money:
        amount = service.capture(session, user_id=user_id, trade_id=trade_id)
        ledger.post(
            session,
            user_id=user_id,
            key=f"{trade_id}:paid",
            kind="order_paid",
            reference=trade_id,
            postings=[Posting(model.hold_account(user_id), amount), Posting(MERCHANT, -amount)],
        )
        return amount

    return _act(user_id, act)


def guess(user_id: str, password: str) -> str:
    """How an attempt at the payment password ends, as the code of its refusal."""
    try:
        service.check_password(user_id, password)
    except errors.MallError as refusal:
        return refusal.code
    return ""


def stands(user_id: str) -> tuple[int, int]:
    """Balance and held of a wallet, which its accounts in the books agree with."""
    wallet = service.balance(user_id)
    assert ledger.balance(model.wallet_account(user_id), user_id=user_id) == -wallet.balance
    assert ledger.balance(model.hold_account(user_id), user_id=user_id) == -wallet.held
    return wallet.balance.cents, wallet.held.cents


def _act(user_id: str, work: Callable[[sql.Session], T]) -> T:
    return sql.retrying(work, key=user_id)
