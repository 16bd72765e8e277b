"""Whatever happens to stock in whatever order, it is what a simple model says, and what its movements add up to."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mall import clock
from mall.inventory import counting, reserving, service, spreading
from mall.inventory.model import Kind, LimitReached, NotEnoughStock, RestockedTooMuch, SoldOut
from tests.functional.inventory.shelves import PRODUCT, SHOP, buyer, hold, moved, pair, sku

AMOUNTS = st.integers(1, 12)
LIMIT = 15


class Stock(RuleBasedStateMachine):
    """Two SKUs, one buyer with a limit, and everything that can be done with them."""

    @initialize(first=st.integers(0, 40), second=st.integers(0, 40))
    def begin(self, first: int, second: int) -> None:
        self.skus = [sku(first), sku(second)]
        self.user_id = buyer()
        self.available = [first, second]
        self.bought = [0, 0]
        self.held: dict[str, list[int]] = {}
        self.sold: dict[str, list[int]] = {}
        self.keys = 0

    @rule(first=st.integers(0, 12), second=AMOUNTS, limited=st.booleans())
    def reserve(self, first: int, second: int, limited: bool) -> None:
        wanted = [first, second]
        said = {id: some for id, some in zip(self.skus, wanted, strict=True) if some}
        # A limit counts what was bought under one; here, it is so for every order of this buyer.
        limit = LIMIT if limited else None
        user_id = self.user_id if limited else buyer()
        try:
            order_id = hold(said, user_id=user_id, limit=limit)
        except SoldOut:
            assert any(some > left for some, left in zip(wanted, self.available, strict=True))
            return
        except LimitReached:
            assert any(some and some + had > LIMIT for some, had in zip(wanted, self.bought, strict=True))
            return
        assert all(some <= left for some, left in zip(wanted, self.available, strict=True))
        self.available = [left - some for left, some in zip(self.available, wanted, strict=True)]
        if limited:
            self.bought = [had + some for had, some in zip(self.bought, wanted, strict=True)]
            assert max(self.bought) <= LIMIT
        self.held[order_id] = [*wanted, limited]

    @precondition(lambda self: self.held)
    @rule(data=st.data(), again=st.booleans())
    def commit(self, data: st.DataObject, again: bool) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.held)))
        for _ in range(1 + again):
            service.commit(order_id)
        self.sold[order_id] = self.held.pop(order_id)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), again=st.booleans(), expired=st.booleans())
    def release(self, data: st.DataObject, again: bool, expired: bool) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.held)))
        for _ in range(1 + again):
            if expired:
                with clock.at(clock.now() + timedelta(days=1)):
                    service.expire(order_id)
            else:
                service.release(order_id, "test")
        self._came_back(self.held.pop(order_id))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def extend(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.held)))
        service.extend(order_id, clock.now() + timedelta(hours=1))
        service.expire(order_id)

    @precondition(lambda self: self.sold)
    @rule(data=st.data(), some=AMOUNTS, again=st.booleans())
    def restock(self, data: st.DataObject, some: int, again: bool) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.sold)))
        left = self.sold[order_id]
        self.keys += 1
        try:
            for _ in range(1 + again):
                service.restock(order_id, {self.skus[1]: some}, key=f"rfd_{self.keys}")
        except RestockedTooMuch:
            assert some > left[1]
            return
        assert some <= left[1]
        left[1] -= some
        self._came_back([0, some, left[2]])

    @rule(which=st.integers(0, 1), by=st.integers(-15, 15))
    def adjust(self, which: int, by: int) -> None:
        try:
            counting.change(SHOP, self.skus[which], Kind.ADJUSTMENT, counting.adjusted("main", by), by="", reason="x")
        except NotEnoughStock:
            assert -by > self.available[which]
            return
        self.available[which] += by

    @rule(which=st.integers(0, 1), count=st.integers(0, 60))
    def set_available(self, which: int, count: int) -> None:
        service.set_available(SHOP, PRODUCT, {self.skus[which]: count}, by="", reason="x")
        self.available[which] = count

    @rule(which=st.integers(0, 1))
    def divide(self, which: int) -> None:
        spreading.divide(self.skus[which])

    @rule(which=st.integers(0, 1))
    def merge(self, which: int) -> None:
        spreading.merge(self.skus[which])

    @rule()
    def elsewhere(self) -> None:
        """What comes next happens in a process that knows nothing yet."""
        reserving.forget()

    @invariant()
    def is_what_the_model_says(self) -> None:
        for which, id in enumerate(getattr(self, "skus", ())):
            reserved = sum(quantities[which] for quantities in self.held.values())
            assert pair(id) == (self.available[which], reserved)
            assert (moved(id).available, moved(id).reserved) == (self.available[which], reserved)
        if hasattr(self, "skus"):
            assert service.available(self.skus) == dict(zip(self.skus, self.available, strict=True))

    def _came_back(self, quantities: list[int]) -> None:
        first, second, limited = quantities
        self.available = [self.available[0] + first, self.available[1] + second]
        if limited:
            self.bought = [self.bought[0] - first, self.bought[1] - second]


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("aws")
def test_stock_is_what_a_simple_model_says() -> None:
    run_state_machine_as_test(
        Stock,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
