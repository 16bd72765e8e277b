"""Eight shoppers buy at once in the running mall: `make bench-shoppers`.

Each fills a cart, asks what it costs, orders, waits until stock is held, pays on the sandbox's page and waits until the
order is paid, again and again. It takes a mall that runs, so `make bench` leaves it out; the figures go beside its own.

    purchases_per_s       finished purchases a second, none failing, with everything warm
    order_to_payment_ms   from the order's request until the trade awaits payment: the median of one shopper alone
"""

import sys
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from infra.local.emulator import described, running
from infra.local.shopper import Shopper
from infra.local.state import LocalError, State
from tests.bench.__main__ import AT_LEAST, GOALS, _write
from tests.local.buyers import Article, all_at_once, articles, newcomers

SHOPPERS, PURCHASES, ALONE = 8, 80, 12
_PLENTY = 100_000


@dataclass
class Buying:
    """One shopper's purchases: how long each of its parts took, in seconds."""

    shopper: Shopper
    article: Article
    took: dict[str, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def buy(self) -> None:
        """One whole purchase; what goes wrong is kept."""
        try:
            self._buy()
        except LocalError as error:
            self.failures.append(str(error))

    def _buy(self) -> None:
        shopper = self.shopper
        with _Watch(self.took, "whole purchase"):
            with _Watch(self.took, "cart"):
                shopper.add(self.article.product_id, self.article.sku_id)
            with _Watch(self.took, "quote"):
                quote = shopper.quote()
            with _Watch(self.took, "order to payment"):
                with _Watch(self.took, "order"):
                    trade = shopper.order(quote)
                trade = shopper.wait(trade["id"], "awaiting_payment")
            with _Watch(self.took, "pay"):
                shopper.pay(trade["intent_id"])
            with _Watch(self.took, "paid"):
                shopper.wait(trade["id"], "paid")


class _Watch:
    def __init__(self, took: dict[str, list[float]], name: str) -> None:
        self._times = took.setdefault(name, [])

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._times.append(time.perf_counter() - self._started)


def main(purchases: int) -> int:
    """Buy, measure and tell; fails where a purchase does."""
    console, state = Console(), State.here()
    try:
        running(state)
        description = described(state)
    except LocalError as error:
        console.print(f"[red]{error}")
        return 1
    article = articles(description, merchants=1)[0]
    article.stock(_PLENTY)
    buyings = [Buying(shopper, article) for shopper in newcomers(description, SHOPPERS)]
    all_at_once(lambda buying: buying.shopper.address(), buyings, SHOPPERS)
    # Twice, since a process is started for each call that comes while another is at work.
    for _ in range(2):
        all_at_once(Buying.buy, buyings, SHOPPERS)
    warm_up = [failure for buying in buyings for failure in buying.failures]
    alone = Buying(buyings[0].shopper, article)
    for _ in range(ALONE):
        alone.buy()
    for buying in buyings:
        buying.took.clear()
        buying.failures.clear()
    started = time.perf_counter()
    all_at_once(lambda buying: [buying.buy() for _ in range(purchases // SHOPPERS)], buyings, SHOPPERS)
    seconds = time.perf_counter() - started
    failures = [failure for buying in (alone, *buyings) for failure in buying.failures]
    done = sum(len(buying.took["whole purchase"]) for buying in buyings)
    figures = {
        "purchases_per_s": done / seconds,
        "order_to_payment_ms": median(alone.took["order to payment"]) * 1000,
        "purchases_failed": float(len(failures)),
    }
    console.print(_table(alone, buyings))
    for name, value in figures.items():
        goal = f"≤ {GOALS[name]:g}" if name in GOALS else f"≥ {AT_LEAST[name]:g}" if name in AT_LEAST else ""
        console.print(f"{name} {value:.2f} {goal}")
    for failure in dict.fromkeys(warm_up + failures):
        console.print(f"[red]{failure}")
    _write({name: round(value, 3) for name, value in figures.items()})
    return 1 if failures else 0


def _table(alone: Buying, buyings: list[Buying]) -> Table:
    table = Table("ms", "alone, median", f"{SHOPPERS} at once, median", "19 of 20 are below", title="Purchases")
    for name in alone.took:
        crowd = [took for buying in buyings for took in buying.took.get(name, ())]
        most = quantiles(crowd, n=20)[-1] if len(crowd) > 1 else max(crowd, default=0)
        table.add_row(name, *(f"{seconds * 1000:.0f}" for seconds in (median(alone.took[name]), median(crowd), most)))
    return table


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else PURCHASES))
