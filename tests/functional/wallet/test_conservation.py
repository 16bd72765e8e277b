"""Whatever happens in whatever order: no money comes from nowhere, none is lost, nothing is ever below zero."""

import itertools
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mall import ids, sql
from mall.ledger import service as ledger
from mall.ledger.proof import service as proof
from mall.money import Money
from mall.refunds import model as refund_model
from mall.refunds import service as refunds
from mall.refunds.model import RefundLine, Source
from mall.wallet import model, service
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")

AMOUNTS = st.integers(1, 5_000)
PEOPLE = st.integers(0, 1)
TRADES = st.integers(0, 3)
NOTHING = Money(0)
# The channel's account is one for a slot, so no two examples are in the same.
_slots = itertools.count(ids.random_slot())


@dataclass
class Expected:
    """What a buyer must have, by arithmetic that knows no database."""

    balance: int = 0
    held: int = 0
    came_in: int = 0
    holds: dict[int, tuple[str, int]] = field(default_factory=dict)
    refunded: Counter[int] = field(default_factory=Counter)


class Wallets(RuleBasedStateMachine):
    """Two buyers in one slot and what may happen to their wallets, also again and in the wrong order."""

    def __init__(self) -> None:
        super().__init__()
        slot = next(_slots) % ids.SLOTS
        self.people = [acts.buyer(slot) for _ in range(2)]
        self.trades = [[acts.trade_of(user_id) for _ in range(4)] for user_id in self.people]
        self.expected = [Expected(), Expected()]
        self.slot = slot

    @rule(who=PEOPLE, cents=AMOUNTS, again=st.booleans())
    def credit(self, who: int, cents: int, again: bool) -> None:
        key = ids.new("pay", slot=self.slot)
        for first in (True, False)[: 1 + again]:
            assert acts.credit(self.people[who], cents, key) is first
        self.expected[who].balance += cents
        self.expected[who].came_in += cents

    @rule(who=PEOPLE, trade=TRADES, cents=AMOUNTS)
    def hold(self, who: int, trade: int, cents: int) -> None:
        now = self.expected[who]
        state, amount = now.holds.get(trade, ("", 0))
        try:
            acts.hold(self.people[who], self.trades[who][trade], cents)
        except model.WalletTooLow:
            assert not state
            assert cents > now.balance
        except model.HoldEnded:
            assert state == "released"
        except model.HeldOtherwise:
            assert amount != cents
        else:
            if not state:
                now.holds[trade] = ("held", cents)
                now.balance -= cents
                now.held += cents
            else:
                assert (state != "released", amount) == (True, cents)

    @rule(who=PEOPLE, trade=TRADES)
    def release(self, who: int, trade: int) -> None:
        now = self.expected[who]
        state, amount = now.holds.get(trade, ("", 0))
        try:
            acts.release(self.people[who], self.trades[who][trade])
        except model.HoldEnded:
            assert state == "captured"
            return
        if state == "held":
            now.holds[trade] = ("released", amount)
            now.balance += amount
            now.held -= amount

    @rule(who=PEOPLE, trade=TRADES)
    def capture(self, who: int, trade: int) -> None:
        now = self.expected[who]
        state, amount = now.holds.get(trade, ("", 0))
        try:
            captured = acts.capture(self.people[who], self.trades[who][trade])
        except model.NoSuchHold:
            assert not state
        except model.HoldEnded:
            assert state == "released"
        else:
            assert captured == Money(amount)
            if state == "held":
                now.held -= amount
            now.holds[trade] = ("captured", amount)

    @rule(who=PEOPLE, trade=TRADES, cents=AMOUNTS, again=st.booleans())
    def refund(self, who: int, trade: int, cents: int, again: bool) -> None:
        now = self.expected[who]
        state, paid = now.holds.get(trade, ("", 0))
        if state != "captured":
            return
        key = ids.new("key")
        try:
            for _ in range(1 + again):
                self._ask(who, trade, paid, cents, key)
        except refund_model.RefundTooMuch:
            assert now.refunded[trade] + cents > paid
        else:
            now.refunded[trade] += cents
            now.balance += cents
            assert now.refunded[trade] <= paid

    @invariant()
    def wallets_hold_what_they_must(self) -> None:
        for user_id, expected in zip(self.people, self.expected, strict=True):
            assert acts.stands(user_id) == (expected.balance, expected.held)

    def teardown(self) -> None:
        """All of it: the wallets, the merchants and the channel have what came in, and not a cent more or less."""
        given = sum(
            amount - expected.refunded[trade]
            for expected in self.expected
            for trade, (state, amount) in expected.holds.items()
            if state == "captured"
        )
        assert ledger.balance(acts.MERCHANT, user_id=self.people[0]) == Money(-given)
        came_in = sum(expected.came_in for expected in self.expected)
        assert ledger.balance("channel:sandbox:clearing", user_id=self.people[0]) == Money(came_in)
        assert came_in == given + sum(expected.balance + expected.held for expected in self.expected)
        with sql.session(key=self.people[0], read_only=True) as session:
            for prove in (proof.prove, service.prove, refunds.prove):
                assert prove(session, (self.slot,)) == []

    def _ask(self, who: int, trade: int, paid: int, cents: int, key: str) -> None:
        user_id, trade_id = self.people[who], self.trades[who][trade]
        amount = Money(cents)

        def act(session: sql.Session) -> None:
            refunds.request(
                session,
                user_id=user_id,
                trade_id=trade_id,
                order_id=trade_id,
                merchant_id="mer_1",
                key=key,
                amount=amount,
                lines=[RefundLine("lin_1", 1, amount, NOTHING, NOTHING)],
                freight=NOTHING,
                sources=[Source("wallet", trade_id, Money(paid))],
                reason="",
                by=user_id,
            )

        sql.retrying(act, key=user_id)


def test_no_sequence_of_acts_makes_or_loses_money() -> None:
    run_state_machine_as_test(
        Wallets,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
