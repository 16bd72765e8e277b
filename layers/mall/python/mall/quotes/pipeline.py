"""The one function that prices: a pipeline of steps, each of which adds to what the steps before it left."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from mall.money import Money, total
from mall.quotes.model import Discount, Facts, Item, Level, Line, Quote, Reduction, Share


@dataclass(frozen=True, slots=True)
class Draft:
    """A quote in the making: lines by SKU, freight by merchant, and the rows of freight."""

    currency: str
    lines: Mapping[str, Line]
    freight: Mapping[str, Money]
    freight_rows: tuple[Discount, ...] = ()

    def nothing(self) -> Money:
        """No money, in the currency of the quote."""
        return Money(0, self.currency)

    def with_lines(self, lines: Iterable[Line]) -> "Draft":
        """The draft with these lines instead of those of the same SKUs."""
        return replace(self, lines={**self.lines, **{line.item.sku_id: line for line in lines}})

    def freight_left(self) -> dict[str, Money]:
        """What is to pay for freight, by merchant."""
        left = dict(self.freight)
        for row in self.freight_rows:
            left[row.merchant_id] -= row.amount
        return left


Step: TypeAlias = Callable[[Draft, Facts], Draft]


def item_price(draft: Draft, facts: Facts) -> Draft:
    """The price of one at the tier that its quantity reaches; special prices are rows, since others may bear them."""
    return draft.with_lines(_priced(line, facts) for line in draft.lines.values())


def _priced(line: Line, facts: Facts) -> Line:
    item, price = line.item, line.item.price
    line = replace(line, unit_price=price, goods=price * item.quantity)
    special = facts.special_prices.get(item.sku_id)
    if special is None or special.unit_price.currency != price.currency or special.unit_price >= price:
        return line
    off = (price - special.unit_price) * item.quantity
    row = Discount.of(special.terms, Level.ITEM, off, merchant_id=item.merchant_id, line_id=item.sku_id)
    return replace(line, discounts=(row,))


def merchant_level(draft: Draft, facts: Facts) -> Draft:
    """What merchants take off at their own lines."""
    return _reduced(draft, facts, {Level.MERCHANT_ORDER})


def platform_level(draft: Draft, facts: Facts) -> Draft:
    """What the platform takes off, over the lines of several merchants in one go."""
    return _reduced(draft, facts, {Level.SITE_ORDER})


def points(draft: Draft, facts: Facts) -> Draft:
    """What is paid with points."""
    return _reduced(draft, facts, {Level.POINTS})


def freight(draft: Draft, facts: Facts) -> Draft:
    """What merchants ask for bringing it."""
    return replace(draft, freight={id: facts.freight.get(id, asked) for id, asked in draft.freight.items()})


def waiver(draft: Draft, facts: Facts) -> Draft:
    """What is taken off freight."""
    for reduction in _at(facts, {Level.FREIGHT, Level.CREDIT_WAIVER}):
        lines = _eligible(draft, reduction)
        if not _reached(draft, reduction, lines):
            continue
        owners = {line.item.merchant_id for line in lines}
        left = {id: money for id, money in draft.freight_left().items() if id in owners}
        rows = tuple(
            Discount.of(reduction.terms, reduction.level, amount, merchant_id=id)
            for id, amount in _divided(draft, reduction, left).items()
        )
        draft = replace(draft, freight_rows=(*draft.freight_rows, *rows))
    return draft


PIPELINE: tuple[Step, ...] = (item_price, merchant_level, platform_level, points, freight, waiver)


def quote(
    items: Iterable[Item], facts: Facts | None = None, steps: Iterable[Step] = PIPELINE, *, currency: str = "CNY"
) -> Quote:
    """What `items`, each SKU once, come to. `currency` counts where there are none.

    Raises CurrencyMismatch for items of several currencies. The order of items does not matter.
    """
    known = sorted(items, key=lambda item: (item.merchant_id, item.sku_id))
    if len({item.sku_id for item in known}) < len(known):
        raise ValueError("a SKU is quoted once")
    currency = known[0].unit_price.currency if known else currency
    nothing = Money(0, currency)
    begin = Draft(
        currency,
        {item.sku_id: Line(item, item.unit_price, item.unit_price * item.quantity + nothing) for item in known},
        {item.merchant_id: nothing for item in known},
    )
    return _finished(reduce(lambda draft, step: step(draft, facts or Facts()), steps, begin))


def _reduced(draft: Draft, facts: Facts, levels: set[Level]) -> Draft:
    for reduction in _at(facts, levels):
        lines = _eligible(draft, reduction)
        if not _reached(draft, reduction, lines):
            continue
        off = _divided(draft, reduction, {line.item.sku_id: line.payable for line in lines})
        draft = draft.with_lines(_less(draft.lines[id], reduction, amount) for id, amount in off.items())
    return draft


def _less(line: Line, reduction: Reduction, amount: Money) -> Line:
    item = line.item
    row = Discount.of(reduction.terms, reduction.level, amount, merchant_id=item.merchant_id, line_id=item.sku_id)
    return replace(line, discounts=(*line.discounts, row))


def _at(facts: Facts, levels: set[Level]) -> list[Reduction]:
    return [reduction for reduction in facts.reductions if reduction.level in levels]


def _eligible(draft: Draft, reduction: Reduction) -> list[Line]:
    return [line for line in draft.lines.values() if reduction.covers(line.item)]


def _reached(draft: Draft, reduction: Reduction, lines: list[Line]) -> bool:
    """Whether what is left of the eligible lines reaches the threshold, which is in the currency of the quote."""
    if reduction.threshold.currency != draft.currency:
        return False
    return bool(lines) and total([line.payable for line in lines], draft.currency) >= reduction.threshold


def _divided(draft: Draft, reduction: Reduction, left: Mapping[str, Money]) -> dict[str, Money]:
    """What comes off each key of `left`, in proportion to what is left of it; who gets nothing is not named."""
    off = reduction.of(total(list(left.values()), draft.currency))
    if not off:
        return {}
    return {
        id: amount for id, amount in off.allocate({id: money.cents for id, money in left.items()}).items() if amount
    }


def _finished(draft: Draft) -> Quote:
    lines, left = tuple(draft.lines.values()), draft.freight_left()
    shares = []
    for merchant_id, asked in draft.freight.items():
        own = [line for line in lines if line.item.merchant_id == merchant_id]
        shares.append(
            Share(
                merchant_id=merchant_id,
                goods=total([line.goods for line in own], draft.currency),
                discount=total([line.discount for line in own], draft.currency),
                freight=left[merchant_id],
                freight_asked=asked,
                freight_discounts=tuple(row for row in draft.freight_rows if row.merchant_id == merchant_id),
            )
        )
    return Quote(draft.currency, lines, tuple(shares))
