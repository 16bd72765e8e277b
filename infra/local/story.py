"""`make story`: one whole purchase in the running mall, from a visitor's search to two paid orders, step by step.

Every step is what a browser would do, over HTTP; each is printed with its time. The first that fails ends the story
with one sentence that says what was refused.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from infra.local.shopper import Shopper, until
from infra.local.state import LocalError
from infra.local.visitor import Visitor

# Words that find goods of more than one merchant of the demonstration, or of any mall that sells everyday things.
_WORDS = ("tea", "bag", "cup", "book", "shoe", "lamp", "shirt")
_PATIENCE_SECONDS = 30


@dataclass
class Story:
    """A shopper, and what they have come to know so far."""

    shopper: Shopper
    console: Console
    goods: list[tuple[str, str]] = field(default_factory=list)
    quote: dict[str, Any] = field(default_factory=dict)
    trade: dict[str, Any] = field(default_factory=dict)
    spare: dict[str, Any] = field(default_factory=dict)

    def tell(self) -> None:
        """Play it. Raises LocalError with the step that failed."""
        began = time.monotonic()
        for title, step in self._steps():
            started = time.monotonic()
            try:
                outcome = step()
            except LocalError as error:
                self.console.print(f"[red]✗[/] {title}")
                raise LocalError(f"The story broke off at “{title}”: {error}") from error
            took = time.monotonic() - started
            self.console.print(f"[green]✓[/] {title:<34} [dim]{took * 1000:6.0f} ms[/]  {outcome}", highlight=False)
        self.console.print(f"Two orders paid, two cancelled, in {time.monotonic() - began:.1f} s.")

    def _steps(self) -> list[tuple[str, Callable[[], str]]]:
        return [
            ("A visitor searches", self._search),
            ("looks at a product of each merchant", self._look),
            ("fills a cart as a guest", self._fill),
            ("registers", self.shopper.register),
            ("takes the cart along", self._merge),
            ("writes down an address", self.shopper.address),
            ("asks what it costs", self._quote),
            ("orders", self._order),
            ("waits until stock is held", self._await_payment),
            ("pays on the provider's page", self._pay),
            ("sees both orders paid", self._paid),
            ("finds them in the list", self._listed),
            ("orders once more", self._order_again),
            ("thinks better of it, and cancels", self._cancel),
            ("finds the stock back on sale", self._back),
        ]

    def _search(self) -> str:
        found: dict[str, str] = {}
        for words in _WORDS:
            for card in self.shopper.search(words):
                if card["stock_state"] != "out":
                    found.setdefault(card["merchant"]["id"], card["id"])
            if len(found) > 1:
                self.goods = [(product, "") for product in list(found.values())[:2]]
                return f"goods of {len(found)} merchants for “{words}”"
        raise LocalError(f"no goods of two merchants are found by any of {', '.join(_WORDS)}")

    def _look(self) -> str:
        names, chosen = [], []
        for product_id, _ in self.goods:
            product = self.shopper.product(product_id)
            offered = [offer["sku_id"] for offer in product["offer"]["skus"] if offer["state"] != "out"]
            if not offered:
                raise LocalError(f"nothing of {product['name']} can be bought")
            names.append(product["name"])
            chosen.append((product_id, offered[0]))
        self.goods = chosen
        return " and ".join(names)

    def _fill(self) -> str:
        for product_id, sku_id in self.goods:
            cart = self.shopper.add(product_id, sku_id)
        return f"{cart['count']} lines, {_sum(cart['quote']['total'])}"

    def _merge(self) -> str:
        cart = self.shopper.merge()
        if {line["sku_id"] for group in cart["groups"] for line in group["lines"]} != {sku for _, sku in self.goods}:
            raise LocalError("what the guest had chosen is not in the cart")
        return f"{len(cart['groups'])} merchants"

    def _quote(self) -> str:
        self.quote = self.shopper.quote()
        if not self.quote["can_order"]:
            raise LocalError(f"it cannot be ordered: {self.quote['problems']}")
        return _sum(self.quote["total"])

    def _order(self) -> str:
        self.trade = self.shopper.order(self.quote)
        return f"{self.trade['id']}, {len(self.trade['orders'])} orders"

    def _await_payment(self) -> str:
        self.trade = self.shopper.wait(self.trade["id"], "awaiting_payment", "paid", "cancelled")
        if self.trade["stage"] != "awaiting_payment":
            raise LocalError(f"the trade is {self.trade['stage']} ({self.trade.get('reason')})")
        return f"{_sum(self.trade['due'])} due until {self.trade['pay_deadline']}"

    def _pay(self) -> str:
        return f"sent back to {self.shopper.pay(self.trade['intent_id'])}"

    def _paid(self) -> str:
        self.trade = self.shopper.wait(self.trade["id"], "paid", seconds=_PATIENCE_SECONDS)
        statuses = [order["status"] for order in self.trade["orders"]]
        if statuses != ["paid", "paid"]:
            raise LocalError(f"the orders are {' and '.join(statuses)}")
        return " and ".join(order["id"] for order in self.trade["orders"])

    def _listed(self) -> str:
        wanted = {order["id"] for order in self.trade["orders"]}

        def there() -> bool:
            return wanted <= {order["id"] for order in self.shopper.orders() if order["status"] == "paid"}

        if not until(there, _PATIENCE_SECONDS):
            raise LocalError("the list of orders does not show both as paid")
        return f"{len(wanted)} of {len(self.shopper.orders())}"

    def _order_again(self) -> str:
        lines = [{"product_id": product, "sku_id": sku, "quantity": 1} for product, sku in self.goods]
        self.spare = self.shopper.order(self.shopper.quote(lines), lines)
        self.shopper.wait(self.spare["id"], "awaiting_payment", seconds=_PATIENCE_SECONDS)
        return str(self.spare["id"])

    def _cancel(self) -> str:
        self.shopper.cancel(self.spare["id"])
        trade = self.shopper.wait(self.spare["id"], "cancelled", seconds=_PATIENCE_SECONDS)
        return str(trade.get("reason", ""))

    def _back(self) -> str:
        lines = [{"product_id": product, "sku_id": sku, "quantity": 1} for product, sku in self.goods]
        if not until(lambda: bool(self.shopper.quote(lines)["can_order"]), _PATIENCE_SECONDS):
            raise LocalError("what was cancelled cannot be bought again")
        return "it can be bought again"


def play(description: dict[str, Any], console: Console) -> None:
    """Play the story in the mall that `make up` described. Raises LocalError where it breaks off."""
    Story(Shopper(Visitor(description["api"], description["endpoint"])), console).tell()


def _sum(money: dict[str, Any]) -> str:
    return f"{money['amount'] / 100:.2f} {money['currency']}"
