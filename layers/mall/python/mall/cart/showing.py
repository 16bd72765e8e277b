"""How a cart is shown: what the mall knows of its lines, what they come to, and what changed since the last time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mall.cart.model import Cart, Line, Shown, shown
from mall.money import Money
from mall.quotes.model import Item, Kind, Problem, Quote, Standing, Texts


@dataclass(frozen=True, slots=True)
class Picture:
    """A cart as it is to be shown: what the mall knows of its lines, what the selected ones come to, and what changed.

    `token` is that of a guest's cart which was made just now.
    """

    cart: Cart
    items: Mapping[str, Item]
    quote: Quote
    changes: tuple[Problem, ...] = ()
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Checkout(Picture):
    """What would be ordered, as it is to be shown: lines of a cart or of none. `changes` are problems with them."""

    from_cart: bool = False

    @property
    def can_order(self) -> bool:
        """Whether it can be ordered as it is."""
        return bool(self.quote.lines) and not any(problem.kind not in _MERE_NEWS for problem in self.changes)


# What a buyer is told of, and may order all the same.
_MERE_NEWS = frozenset({Kind.PRICE, Kind.PROMOTION})


def showing(lines: tuple[Line, ...], items: Mapping[str, Item], quote: Quote) -> dict[str, Shown]:
    """What is to be shown of each line now, by SKU; `items` are those of the lines that the mall knows."""
    promotions: dict[str, dict[str, Texts]] = {}
    for row in quote.discounts:
        promotions.setdefault(row.line_id, {})[row.promo_id] = row.label
    return {
        line.sku_id: shown(items[line.sku_id], promotions.get(line.sku_id))
        if line.sku_id in items
        else replace(line.shown, standing=Standing.GONE, promotions={})
        for line in lines
    }


def changes(line: Line, item: Item | None, now: Shown) -> list[Problem]:
    """What is different `now` from what was last shown of a line.

    Prices and stock are compared for the quantity of then, so that what a buyer changed is no change.
    """
    before = line.shown
    if now.standing is not before.standing:
        found = [Problem(line.sku_id, Kind(now.standing.value), before.standing.value, now.standing.value)]
    else:
        found = []
    if item is None or now.standing is not Standing.ON_SALE:
        return found
    then = shown(replace(item, quantity=before.quantity))
    if then.price != before.price:
        found.append(Problem(line.sku_id, Kind.PRICE, amount(before.price), amount(then.price)))
    if then.obtainable != before.obtainable:
        found.append(Problem(line.sku_id, Kind.STOCK, before.obtainable, then.obtainable))
    if line.ordered:
        found += [
            Problem(line.sku_id, Kind.PROMOTION, dict(label), None)
            for promo_id, label in before.promotions.items()
            if promo_id not in now.promotions
        ]
    return found


def amount(money: Money) -> dict[str, Any]:
    """An amount as JSON."""
    return {"amount": money.cents, "currency": money.currency}
