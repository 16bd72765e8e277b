"""What a trade may spend besides money (coupons, points), as ports: each holds its part, then captures or releases it.

`BENEFITS` is the declared list, by the name under which a trade's `benefits` asks for one; it is empty until the first
such subsystem comes. `tests/functional/orders/test_benefits.py` holds what every port promises:

- `hold`, `capture` and `release` work in the caller's transaction (the buyer's shard), never on the network;
- each is idempotent on (trade, benefit), whatever happened before: after a release, a late hold is refused;
- `hold` raises a domain error when the benefit cannot be spent (any more), and the trade is then cancelled;
- `capture` after `hold` never refuses: the trade is paid, and there is only the way forward.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from mall import sql
from mall.orders.model import Trade


class Benefit(Protocol):
    """A port: `asked` is what the trade says about this benefit (JSON types)."""

    def hold(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        """Set aside what the trade spends. Raises the benefit's own refusal."""

    def capture(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        """Spend what was set aside: the trade is paid."""

    def release(self, session: sql.Session, trade: Trade, asked: Any) -> None:
        """Give back what was set aside, if it was: the trade is cancelled."""


BENEFITS: dict[str, Benefit] = {}


def hold(session: sql.Session, trade: Trade, ports: Mapping[str, Benefit] = BENEFITS) -> None:
    """Set aside everything that the trade spends, in the order of the names."""
    for name in sorted(trade.benefits):
        ports[name].hold(session, trade, trade.benefits[name])


def capture(session: sql.Session, trade: Trade, ports: Mapping[str, Benefit] = BENEFITS) -> None:
    """Spend everything that was set aside."""
    for name in sorted(trade.benefits):
        ports[name].capture(session, trade, trade.benefits[name])


def release(session: sql.Session, trade: Trade, ports: Mapping[str, Benefit] = BENEFITS) -> None:
    """Give everything back, in the reverse order."""
    for name in sorted(trade.benefits, reverse=True):
        ports[name].release(session, trade, trade.benefits[name])
