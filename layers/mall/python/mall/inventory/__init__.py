"""inventory (库存系统): how many of each SKU there are, who holds them, and every movement that made it so.

A SKU's stock lies in warehouses. For each there are two counters, `available` and `reserved`; what is on hand is their
sum. A counter changes only together with an immutable, typed movement, in one TransactWriteItems:

    opening, stock_take, adjustment      the merchant says what there is
    reservation  → sale                  an order holds stock, and takes it along when it is paid
                 → release, expiry       or gives it back
    restock                              what was sold comes back from a cancelled order

Owns three DynamoDB tables. `stock` holds the counters (its stream starts `inventory.watch_levels`):

    id                            is
    sku_…                         a SKU, its counters in every warehouse (a_<warehouse>, r_<warehouse>), its threshold
    sku_…#<epoch>.<number>        a bucket of a SKU that many want at once: a part of the same counters
    warehouses#<merchant id>      a merchant's warehouses; the one called `main` exists by itself

`stock_journal` what happened, and what is to be remembered of it:

    pk                 sk         is
    ord_…              sku_…      the reservation of a SKU by an order
    sku_…[#<bucket>]   mov_…      a movement
    usr#<user id>      sku_…      how many of a SKU with a limit somebody holds or has bought
    level#<sku id>     level      the level that was last told of
    heat#<sku id>      heat       how often buyers got in each other's way
    split              sku_…      that a SKU is divided into buckets
    proof#<sku id>     proof      up to where a SKU's movements were added up, and to what
    proof              round      how far the nightly proof has come

and `restock_notices` who wants to be told when a SKU can be had again.

Decisions that bind others:
- A reservation is one conditional update of a counter and one item per (order, SKU); the ordinary one is one call. It
  is HELD until it is COMMITTED (paid) or RELEASED, and never begins again: a new try is a new order.
- `SoldOut` is said only when all that there is was seen at one moment to be too little. Who merely met others at the
  counter too often gets StockBusy (Unavailable), which the same request may overcome.
- `commit` and `extend` refuse (NotReserved) where the stock is no longer held; `release` of what is not held does
  nothing. Nothing expires by itself: `inventory.ReservationOverdue` asks orders what is to become of it.
- Buckets are an affair of this package: nobody else sees them, and movements do not know of them.
- The purchase path publishes nothing. What others hear (`StockLevelChanged`, `StockLow`, `Restocked`) comes from the
  table's stream, and only when a level was crossed or a merchant said what there is.
"""
