"""A benefit for tests, in the memory of the process: vouchers, each spent by one trade."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mall import errors, sql
from mall.orders.benefits import BENEFITS
from mall.orders.model import Trade


class VoucherSpent(errors.Conflict):
    message = "This voucher was spent."


class Vouchers:
    """What became of vouchers: by (trade, voucher), `held`, `captured` or `released`."""

    def __init__(self) -> None:
        self.states: dict[tuple[str, str], str] = {}

    def hold(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        taken = {voucher for (_, voucher), state in self.states.items() if state != "released"}
        if self.states.get((trade.id, asked)) == "held":
            return
        if asked in taken or (trade.id, asked) in self.states:
            raise VoucherSpent
        self.states[trade.id, asked] = "held"

    def capture(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        self.states[trade.id, asked] = "captured"

    def release(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        if self.states.get((trade.id, asked)) != "captured":
            self.states[trade.id, asked] = "released"


@contextmanager
def declared() -> Iterator[Vouchers]:
    """Vouchers as one of the mall's benefits."""
    BENEFITS["voucher"] = vouchers = Vouchers()
    try:
        yield vouchers
    finally:
        del BENEFITS["voucher"]
