"""What merchants and operators send and see of stock."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mall import ids
from mall.http import Body, Page, View
from mall.inventory.keeping.model import Warehouse
from mall.inventory.model import MAIN, MOST_STOCK, Counter, Kind, Level, Movement, Stock

Name = Annotated[str, Field(min_length=1, max_length=60)]
Priority = Annotated[int, Field(ge=1, le=1000, description="Orders are served from the lowest first.")]
Place = Annotated[str, Field(pattern=rf"^(main|whs_[{ids.ALPHABET}]{{26}})$")]
Why = Annotated[str, Field(min_length=1, max_length=200)]


class NewWarehouse(Body):
    """A warehouse to open."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "广州仓"}]})

    name: Name
    priority: Priority | None = Field(None, description="Without it, the new warehouse comes last.")


class ChangedWarehouse(Body):
    """What is to be different about a warehouse; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"priority": 1}]})

    name: Name | None = None
    priority: Priority | None = None


class WarehouseView(View):
    """A place where a merchant's stock lies."""

    id: str
    name: str
    priority: int

    @classmethod
    def of(cls, warehouse: Warehouse) -> "WarehouseView":
        """The view of `warehouse`, for its merchant only."""
        return cls(id=warehouse.id, name=warehouse.name, priority=warehouse.priority)


class WarehouseList(View):
    """A merchant's warehouses, in the order in which orders are served from them."""

    items: list[WarehouseView]


class StockQuery(Page):
    """Which SKUs, and which page of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": "low", "limit": 20}]})

    level: Literal["low"] | None = Field(None, description="Only those that are low or out.")


class Amounts(View):
    """How many there are, how many of them orders hold, and how many can be sold."""

    on_hand: int
    reserved: int
    available: int

    @classmethod
    def amounts(cls, counter: Counter) -> dict[str, int]:
        """The three numbers."""
        return {"on_hand": counter.on_hand, "reserved": counter.reserved, "available": counter.available}


class InWarehouse(Amounts):
    """How many lie in a warehouse."""

    warehouse_id: str


class StockView(Amounts):
    """The stock of a SKU."""

    sku_id: str
    product_id: str
    merchant_id: str
    level: Level
    threshold: int = Field(description="With so many or fewer left it is low.")
    warehouses: list[InWarehouse]

    @classmethod
    def of(cls, stock: Stock) -> "StockView":
        """The view of `stock`, for its merchant and for operators."""
        return cls(
            sku_id=stock.sku_id,
            product_id=stock.product_id,
            merchant_id=stock.merchant_id,
            level=stock.level,
            threshold=stock.threshold,
            warehouses=[
                InWarehouse(warehouse_id=id, **Amounts.amounts(counter))
                for id, counter in sorted(stock.in_warehouses().items())
            ],
            **Amounts.amounts(stock.total),
        )


class StockList(View):
    """A page of stock, and the cursor of the next page."""

    items: list[StockView]
    next: str | None


class MovementQuery(Page):
    """A page of movements."""


class MovementView(View):
    """A change of a SKU's stock: how many more (or fewer) were on hand and reserved then."""

    id: str
    kind: Kind
    warehouse_id: str
    on_hand: int
    reserved: int
    at: datetime
    reference: str = Field(description="The order, where an order moved it.")
    by: str
    reason: str

    @classmethod
    def of(cls, movement: Movement) -> "MovementView":
        """The view of `movement`, for the SKU's merchant only."""
        return cls(
            id=movement.id,
            kind=movement.kind,
            warehouse_id=movement.warehouse,
            on_hand=movement.on_hand,
            reserved=movement.reserved,
            at=movement.at,
            reference=movement.reference,
            by=movement.by,
            reason=movement.reason,
        )


class MovementList(View):
    """A page of a SKU's movements, the latest first, and the cursor of the next page."""

    items: list[MovementView]
    next: str | None


class Adjustment(Body):
    """So many more (or, below nothing, fewer) in a warehouse, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"quantity": -2, "reason": "broken in the warehouse"}]})

    quantity: Annotated[int, Field(ge=-MOST_STOCK, le=MOST_STOCK)]
    reason: Why
    warehouse_id: Place = MAIN


class Count(Body):
    """How many of a SKU were counted."""

    sku_id: Annotated[str, Field(pattern=ids.pattern("sku"))]
    on_hand: Annotated[int, Field(ge=0, le=MOST_STOCK)]


class StockTake(Body):
    """What was counted in a warehouse."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"counts": [{"sku_id": "sku_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7", "on_hand": 12}]}]}
    )

    counts: Annotated[list[Count], Field(min_length=1, max_length=100)]
    warehouse_id: Place = MAIN
    reason: Why = "stock take"


class Refused(View):
    """A count that could not be taken over, and why."""

    sku_id: str
    code: str
    message: str
    reserved: int | None = None


class StockTaken(View):
    """What came of a stock take: the stock of what was counted, and what could not be taken over."""

    items: list[StockView]
    refused: list[Refused]


class Threshold(Body):
    """With so many or fewer left, a SKU is low."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"low": 20}]})

    low: Annotated[int, Field(ge=0, le=MOST_STOCK)] | None = Field(description="Null is what counts for everybody.")
