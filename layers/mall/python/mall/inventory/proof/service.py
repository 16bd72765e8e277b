"""Proving that every SKU's counters are what its movements add up to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from mall import clock, ids
from mall.inventory import counting
from mall.inventory import store as inventory
from mall.inventory.model import Stock
from mall.inventory.proof import store
from mall.inventory.proof.model import Difference, Sums, differences
from mall.inventory.proof.store import Round
from mall.observability import count, logger, metrics

# What is older than this has been written for good, however the clocks of two machines differ.
SETTLED = timedelta(hours=1)
_READINGS = 3


def prove(go_on: Callable[[], bool]) -> Round:
    """Go on with tonight's proof as long as `go_on` says so; nothing is left to do once it is done."""
    night = (clock.now() - timedelta(hours=12)).date().isoformat()
    round = store.load_round()
    if round.night != night:
        round = Round(night)
    while not round.done and go_on():
        sku_ids, after = store.skus(round.after)
        round = _prove(sku_ids, replace(round, after=after, done=not after))
        store.save_round(round)
        if round.done:
            logger.info("stock proved", proved=round.proved, differences=round.differences, unsettled=round.unsettled)
    return round


def _prove(sku_ids: list[str], round: Round) -> Round:
    stocks, known = counting.whole(sku_ids), store.load(sku_ids)
    proved = unsettled = 0
    found: list[Difference] = []
    for sku_id in sku_ids:
        stock = stocks.get(sku_id)
        wrong = _differences(stock, known.get(sku_id, Sums())) if stock else None
        if wrong is None:
            unsettled += 1
            continue
        proved += 1
        found += wrong
        for one in wrong:
            logger.error(
                "stock is not what its movements add up to",
                sku_id=sku_id,
                warehouse=one.warehouse,
                available=one.counter.available,
                reserved=one.counter.reserved,
                moved_available=one.moved.available,
                moved_reserved=one.moved.reserved,
            )
    count("StockProved", proved)
    count("StockDifferences", len(found))
    count("StockUnsettled", unsettled)
    metrics.flush_metrics()
    return replace(
        round,
        proved=round.proved + proved,
        differences=round.differences + len(found),
        unsettled=round.unsettled + unsettled,
    )


def _differences(stock: Stock, known: Sums) -> list[Difference] | None:
    """What is wrong with a SKU; None where it changes all the time."""
    if dict(known.versions) == dict(stock.versions):
        return differences(stock, known.whole)
    for _ in range(_READINGS):
        until = ids.new("mov", at=clock.now() - SETTLED)
        sums = known.added(inventory.movements(stock.sku_id, after=known.until), until, stock.versions)
        again = counting.whole([stock.sku_id]).get(stock.sku_id)
        if again is None:
            return None
        # Nothing happened between the two readings, so the movements are those of these counters.
        if again.versions == stock.versions:
            wrong = differences(stock, sums.whole)
            if not wrong:
                store.save(stock.sku_id, sums)
            return wrong
        stock = again
    return None
