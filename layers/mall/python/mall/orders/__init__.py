"""orders (订单系统): trades, their orders, and everything that may become of them until they are closed.

A trade is one checkout with one payment; it has an order for each merchant; an order has lines, each with its share of
every discount and with who bears it. Owns the relational tables `trade`, `orders`, `order_line`, `line_discount`,
`order_event` and `order_deadline` (by buyer), the DynamoDB table `orders` (the read model for merchants), and the state
machine `order_saga`.

    POST /api/orders ─► placing: trade + orders in one transaction ─► order_saga
                                                                        │
      ReserveStock ─► (HoldBenefits) ─► OpenPayment, until it is paid ─► ConfirmPayment
           │                │                │
           └─ compensation in reverse, then CancelTrade        rules: what may become of an order, by whom

Decisions that bind others:
- What may become of an order is data: `rules.RULES` says which act is whose, from which statuses, under which guard.
  `life.service.change` is the only way in which an order changes: compare-and-set on (status, version), an event of the
  order and its news (`orders.OrderChanged`, `orders.OrderPaid`, `orders.OrderCancelled`) in the same transaction.
- PostgreSQL holds the truth, never the workflow. A deadline is a row with a version; a timer of the workflow makes it
  faster and decides nothing. `sweeping.service` does what a timer or a crash has missed, also without a workflow.
- A trade is paid when its intent is (`payments`), and cancelled only after the intent was closed, which asks the
  channels: paid wins. So no order is both.
- Whoever changes several rows of one trade locks the row of the trade first, then the orders by id.
- Amounts: goods − discounts = payable of a line; lines + freight = order; orders = trade = intent + wallet. The tables
  check each row, `placing.model` the sums.
- The address is a copy, made when the order was placed; what happens to the address book later does not change it.
- Of who has closed their account, what is not paid is cancelled, and what is paid is sent. Orders are books and are
  kept; who lived where is not: of the address of each that is finished (cancelled, completed, closed) the country and
  the division remain, at once or when it is finished. Whoever reads an address does without the rest of it.
- Coupons and points hold their part of a trade through a port, `benefits.Benefit`.
"""
