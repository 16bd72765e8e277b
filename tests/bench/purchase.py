"""What one whole purchase costs: cart line, quote, order, payment, its callback, paid.

The functions get their events as the gateway, the queues and the state machine hand them over, one purchase after the
other, each of a shopper of its own; see `tests.bench.meter` for what counts. The provider of the payment is another
company: its answers come from a server whose CPU is not ours.

    purchase_cpu_ms          functions and PostgreSQL, from the cart line until the trade is paid
    purchase_after_cpu_ms    what the news of it causes then: stock taken out, cart emptied, read models
    purchase_transitions     of the state machine
    purchase_store_calls     of DynamoDB and other services of AWS, until paid
    purchase_statements      of PostgreSQL, until paid
    usd_per_1000_orders      all of it, until the last consequence, on AWS's list prices
"""
