"""What happens to wallets. What changes one takes part in the caller's transaction, whose session comes first."""

from dataclasses import replace

from mall import clock, hashing, ids, sql
from mall.ledger import service as ledger
from mall.ledger.model import Posting
from mall.ledger.proof import service as proof
from mall.ledger.proof.model import Difference
from mall.money import Money
from mall.observability import logger
from mall.wallet import model, store
from mall.wallet.model import Entry, EntryKind, Hold, HoldState, Wallet


def hold(session: sql.Session, *, user_id: str, trade_id: str, amount: Money) -> Hold:
    """Set `amount` aside for a trade; a repetition finds what it set aside.

    Raises WalletTooLow, WalletLimitReached; HoldEnded when the trade's hold was released, HeldOtherwise when it is of
    another amount.
    """
    model.check_positive(amount)
    now = clock.now()
    today = model.day_of(now)
    wallet = store.lock(session, user_id, at=now)
    before = store.find_hold(session, user_id, trade_id)
    if before is not None:
        if before.state is HoldState.RELEASED:
            raise model.HoldEnded
        if before.amount != amount:
            raise model.HeldOtherwise
        return before
    model.check_spending(wallet.balance, wallet.spent_on_day(today), amount)
    made = Hold(ids.new("whd", slot=ids.slot_of(user_id), at=now), user_id, trade_id, amount, HoldState.HELD, now)
    store.add_hold(session, made)
    changed = replace(
        wallet,
        balance=wallet.balance - amount,
        held=wallet.held + amount,
        spent_on=today,
        spent=wallet.spent_on_day(today) + amount,
    )
    _change(session, user_id, changed, kind=EntryKind.PAYMENT, hold=made, amount=-amount)
    return made


def capture(session: sql.Session, *, user_id: str, trade_id: str) -> Money:
    """Give a trade's hold away, and say how much that is; a repetition changes nothing.

    What the ledger's account `wallet_hold` gives, and to whom, the caller posts in the same transaction. Raises
    NoSuchHold, HoldEnded.
    """
    now = clock.now()
    wallet = store.lock(session, user_id, at=now)
    held = store.find_hold(session, user_id, trade_id)
    if held is None:
        raise model.NoSuchHold
    if held.state is HoldState.RELEASED:
        raise model.HoldEnded
    if held.state is HoldState.HELD:
        store.end_hold(session, held, HoldState.CAPTURED, at=now)
        store.change(session, user_id, replace(wallet, held=wallet.held - held.amount))
    return held.amount


def release(session: sql.Session, *, user_id: str, trade_id: str) -> None:
    """Make a trade's hold spendable again. Where there is none, or none any more, nothing happens.

    Raises HoldEnded when it was captured: what was paid with comes back as a refund.
    """
    now = clock.now()
    wallet = store.lock(session, user_id, at=now)
    held = store.find_hold(session, user_id, trade_id)
    if held is None or held.state is HoldState.RELEASED:
        return
    if held.state is HoldState.CAPTURED:
        raise model.HoldEnded
    store.end_hold(session, held, HoldState.RELEASED, at=now)
    of_that_day = wallet.spent_on == model.day_of(held.at)
    spent = wallet.spent - held.amount if of_that_day else wallet.spent
    changed = replace(wallet, balance=wallet.balance + held.amount, held=wallet.held - held.amount, spent=spent)
    _change(session, user_id, changed, kind=EntryKind.PAYMENT_RETURNED, hold=held, amount=held.amount)


def credit(
    session: sql.Session,
    *,
    user_id: str,
    amount: Money,
    key: str,
    kind: str,
    reference: str,
    from_account: str | None = None,
) -> bool:
    """Put money into a wallet; False when that was done under this `key` before. No limit refuses it.

    With `from_account` the ledger moves it from there under the same key; without, the caller posts that itself, in
    the same transaction.
    """
    model.check_positive(amount)
    now = clock.now()
    wallet = store.lock(session, user_id, at=now)
    balance = wallet.balance + amount
    if not store.add_entry(
        session,
        user_id,
        key=key,
        kind=EntryKind(kind),
        reference=reference,
        amount=amount,
        balance=balance,
        at=now,
    ):
        return False
    store.change(session, user_id, replace(wallet, balance=balance))
    if from_account is not None:
        postings = [Posting(from_account, amount), Posting(model.wallet_account(user_id), -amount)]
        ledger.post(session, user_id=user_id, key=key, kind=kind, reference=reference, postings=postings)
    return True


def balance(user_id: str) -> Wallet:
    """Somebody's wallet."""
    return store.load(user_id, at=clock.now())


def entries(user_id: str, *, limit: int, after: str | None) -> tuple[list[Entry], str | None]:
    """What somebody's wallet did, the latest first, and the cursor of what comes after that."""
    found = store.history(user_id, limit=limit + 1, before=after)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def check_top_up(user_id: str, amount: Money) -> None:
    """Raise WalletLimitReached, or errors.Invalid, unless somebody may top up `amount` now."""
    model.check_positive(amount)
    now = clock.now()
    wallet = store.load(user_id, at=now)
    today = store.topped_up_since(user_id, model.start_of_day(now))
    model.check_top_up(wallet.balance + wallet.held, today, amount)


def check_password(user_id: str, password: str) -> None:
    """Raise unless `password` is somebody's payment password. Never called inside a session.

    Raises PaymentPasswordMissing, PaymentPasswordWrong, PaymentPasswordLocked.
    """
    stored = store.count_attempt(user_id, at=clock.now())
    if not hashing.verify_password(stored, password):
        logger.info("payment password wrong", user_id=user_id)
        raise model.PaymentPasswordWrong
    store.forget_attempts(user_id)


def check_empty(user_id: str) -> None:
    """Raise WalletNotEmpty unless there is nothing in somebody's wallet."""
    wallet = balance(user_id)
    if wallet.balance or wallet.held:
        raise model.WalletNotEmpty(balance=wallet.balance.cents, held=wallet.held.cents)


def prove(session: sql.Session, slots: tuple[int, ...]) -> list[Difference]:
    """Where wallets, their holds, their history and the ledger say different things of some slots."""
    accounts = proof.of_accounts(session, slots, "user:")
    found = []
    for wallet in store.everything(session, slots):
        balance = -accounts.pop((model.wallet_account(wallet.user_id), wallet.currency), 0)
        held = -accounts.pop((model.hold_account(wallet.user_id), wallet.currency), 0)
        found += [
            Difference(rule, wallet.user_id, str(expected), str(actual))
            for rule, expected, actual in (
                ("a wallet's balance is that of its account", balance, wallet.balance),
                ("what a wallet holds is that of its account", held, wallet.held),
                ("what a wallet holds is that of its trades", wallet.in_holds, wallet.held),
                ("a wallet's history leads to its balance", wallet.in_history, wallet.balance),
            )
            if expected != actual
        ]
    found += [
        Difference("an account has a wallet", name, "0", str(cents)) for (name, _), cents in accounts.items() if cents
    ]
    return found


def _change(
    session: sql.Session, user_id: str, to: store.Locked, *, kind: EntryKind, hold: Hold, amount: Money
) -> None:
    """Let a wallet hold `to` after its balance changed by `amount` for a hold, with the history and the books of it."""
    key = f"{hold.id}:{kind.value}"
    store.change(session, user_id, to)
    store.add_entry(
        session,
        user_id,
        key=key,
        kind=kind,
        reference=hold.trade_id,
        amount=amount,
        balance=to.balance,
        at=clock.now(),
    )
    postings = [Posting(model.hold_account(user_id), amount), Posting(model.wallet_account(user_id), -amount)]
    ledger.post(
        session, user_id=user_id, key=key, kind=f"wallet_{kind.value}", reference=hold.trade_id, postings=postings
    )
