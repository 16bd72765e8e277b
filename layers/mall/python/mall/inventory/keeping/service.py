"""The use cases of keeping stock."""

from collections.abc import Callable

from mall import errors, ids
from mall.auth import Caller
from mall.inventory import counting
from mall.inventory import service as inventory
from mall.inventory.keeping import schemas, store
from mall.inventory.keeping.model import Warehouse, Warehouses, WarehousesChanged
from mall.inventory.model import Kind, NoSuchStock, Stock, StockBusy
from mall.inventory.paging import movement_after, sku_after
from mall.observability import logger

_ATTEMPTS = 3

# --- warehouses


def list_warehouses(merchant_id: str) -> schemas.WarehouseList:
    """A merchant's warehouses."""
    found = store.warehouses(merchant_id).all
    return schemas.WarehouseList(items=[schemas.WarehouseView.of(one) for one in found])


def create_warehouse(merchant_id: str, body: schemas.NewWarehouse) -> Warehouse:
    """Open a warehouse. Raises TooManyWarehouses or WarehousesChanged."""
    id = ids.new("whs")
    return _save(merchant_id, lambda known: known.with_new(id, body.name, body.priority)).get(id)


def update_warehouse(merchant_id: str, warehouse_id: str, body: schemas.ChangedWarehouse) -> Warehouse:
    """Change a warehouse's name or priority. Raises NoSuchWarehouse or WarehousesChanged."""
    return _save(merchant_id, lambda known: known.changed(warehouse_id, body.name, body.priority)).get(warehouse_id)


# --- stock


def own(merchant_id: str, sku_id: str) -> Stock:
    """The stock of a merchant's own SKU. Raises NoSuchStock."""
    found = inventory.stock_of(sku_id)
    if found is None or found.merchant_id != merchant_id:
        raise NoSuchStock(sku_id=sku_id)
    return found


def anybodys(sku_id: str) -> Stock:
    """The stock of a SKU, for operators. Raises NoSuchStock."""
    found = inventory.stock_of(sku_id)
    if found is None:
        raise NoSuchStock(sku_id=sku_id)
    return found


def list_stock(merchant_id: str, query: schemas.StockQuery) -> schemas.StockList:
    """A page of a merchant's stock."""
    page = store.low_of_merchant if query.level else store.of_merchant
    sku_ids, following = page(merchant_id, limit=query.limit, after=sku_after(query.after))
    found = inventory.stock_of_many(sku_ids)
    items = [schemas.StockView.of(found[sku_id]) for sku_id in sku_ids if sku_id in found]
    return schemas.StockList(items=items, next=following)


def list_movements(merchant_id: str, sku_id: str, query: schemas.MovementQuery) -> schemas.MovementList:
    """A page of what happened to a merchant's own SKU. Raises NoSuchStock."""
    stock = own(merchant_id, sku_id)
    found, following = store.movements(stock, limit=query.limit, after=movement_after(query.after))
    return schemas.MovementList(items=[schemas.MovementView.of(one) for one in found], next=following)


def adjust(caller: Caller, sku_id: str, body: schemas.Adjustment) -> Stock:
    """Change how many there are in a warehouse.

    Raises NoSuchStock, NoSuchWarehouse, NotEnoughStock, StockChangedMeanwhile or StockBusy.
    """
    store.warehouses(caller.merchant_id).get(body.warehouse_id)
    decide = counting.adjusted(body.warehouse_id, body.quantity)
    stock = counting.change(caller.merchant_id, sku_id, Kind.ADJUSTMENT, decide, by=_by(caller), reason=body.reason)
    logger.info("stock adjusted", sku_id=sku_id, quantity=body.quantity)
    return stock


def take_stock(caller: Caller, body: schemas.StockTake) -> schemas.StockTaken:
    """Take over what was counted, SKU by SKU. Raises NoSuchWarehouse."""
    store.warehouses(caller.merchant_id).get(body.warehouse_id)
    taken, refused = [], []
    for count in {count.sku_id: count for count in body.counts}.values():
        decide = counting.counted(body.warehouse_id, count.on_hand)
        try:
            stock = counting.change(
                caller.merchant_id, count.sku_id, Kind.STOCK_TAKE, decide, by=_by(caller), reason=body.reason
            )
            taken.append(schemas.StockView.of(stock))
        except (errors.Conflict, NoSuchStock, StockBusy) as refusal:
            reserved = refusal.details.get("reserved")
            refused.append(
                schemas.Refused(sku_id=count.sku_id, code=refusal.code, message=str(refusal), reserved=reserved)
            )
    logger.info("stock taken", counted=len(taken), refused=len(refused))
    return schemas.StockTaken(items=taken, refused=refused)


def set_threshold(merchant_id: str, sku_id: str, low: int | None) -> Stock:
    """Say from how many on a SKU is low. Raises NoSuchStock."""
    store.set_threshold(own(merchant_id, sku_id), low)
    return own(merchant_id, sku_id)


def _save(merchant_id: str, change: Callable[[Warehouses], Warehouses]) -> Warehouses:
    for attempt in range(1, _ATTEMPTS + 1):
        after = change(store.warehouses(merchant_id))
        try:
            store.save(after)
        except WarehousesChanged:
            if attempt == _ATTEMPTS:
                raise
            continue
        break
    return after


def _by(caller: Caller) -> str:
    return caller.user_id or caller.key_id
