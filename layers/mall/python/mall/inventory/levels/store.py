"""What was last told of a SKU's level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mall.events import Event, outbox_put
from mall.inventory import store, writing
from mall.inventory.model import Level, Stock
from mall.inventory.writing import text


@dataclass(frozen=True, slots=True)
class Told:
    """The level that was last told, and the merchant's word that it was told after; `mark` is the telling itself."""

    level: Level
    adjusted: str
    mark: str


def load(sku_ids: Iterable[str]) -> dict[str, Told]:
    """What was told of those of the SKUs of which anything was."""
    keys = [{"pk": text(_pk(sku_id)), "sk": text("level")} for sku_id in sku_ids]
    return {
        item["pk"]["S"].partition("#")[2]: Told(Level(item["level"]["S"]), item["adjusted"]["S"], item["mark"]["S"])
        for item in store.read("stock_journal", keys)
    }


def tell(stock: Stock, told: Told | None, news: Sequence[Event]) -> bool:
    """Tell the news of a SKU, unless something else was told of it since; says whether that is so."""
    item: dict[str, Any] = {
        "pk": text(_pk(stock.sku_id)),
        "sk": text("level"),
        "level": text(stock.level.value),
        "adjusted": text(stock.adjusted),
        "mark": text(news[-1].id),
    }
    if stock.level is not Level.IN_STOCK:
        item["low_of"] = text(stock.merchant_id)
    action = writing.put("stock_journal", item, key="pk")
    if told is not None:
        action["Put"] |= {
            "ConditionExpression": "mark = :mark",
            "ExpressionAttributeValues": {":mark": text(told.mark)},
        }
    return store.transact([action, *(outbox_put(event) for event in news)]) is None


def _pk(sku_id: str) -> str:
    return f"level#{sku_id}"
