"""refunds (退款): money on its way back to buyers, by line and quantity, as often as an order needs it.

Owns the relational tables `refund`, `refund_line`, `refund_part` and `refund_source` (by buyer).

    REQUESTED ──► REFUNDING ──► SUCCESS
        │             └──► FAILED ──► REFUNDING …        (the same number again)
        └──► SUCCESS                                      (all of it went into the wallet)

A refund is requested in the transaction of whoever decides it (`service.request`): an order that is cancelled, a return
that is accepted. It is divided over the sources that the trade was paid from, channels before the wallet, so each has a
part. The wallet's part is credited at once. A channel's part is sent by `sending`: by the consumer of RefundRequested,
or a minute later by the sweep, whichever comes first.

Decisions that bind others:
- What a source gives back never exceeds what was paid from it, over all refunds of all orders of the trade: a request
  locks the trade's sources first, so requests for one trade happen in turn, and a CHECK of the database holds it.
- A request is unique by (slot of its user, key). The same again is the same refund; another one under the same key is
  refused.
- A part's id is its number at the channel, the same on every retry, and never used for another part.
- Of one payment, one part at a time is in flight: the others wait for it, since channels refuse refunds of one payment
  that overlap.
- Nothing is given up: a part that fails is tried again on a ladder that ends at once a day. After eight tries an alarm
  says so, and operators see it (`GET /api/admin/refunds`) and can have it tried at once.
- Money that nobody can use (payments.PaymentUnwanted) goes back the same way, once, as a refund without an order.
- The books (`ledger`): a request moves merchant:{id}:pending → refund:{channel}:in_transit and the user's wallet, and
  the platform's share of the discounts → platform:marketing; the channel's success moves in_transit → clearing.
- Refunds are part of the mall's books: they name ids and no person, and are kept as long as the law asks, also after
  the account of the buyer was closed.
"""
