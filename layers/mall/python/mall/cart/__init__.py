"""cart (购物车): what somebody means to buy, signed in or not, until it is ordered.

Owns the DynamoDB table `carts`, one item a cart: `id` is the user's own id, or `crt_…` for a guest's cart.

Decisions that bind others:
- A cart holds wishes and what was last shown of them. What things cost is quoted at every read (`mall.quotes`); what
  changed since it was last shown is told once, and counts as shown then.
- `version` grows with every write: the buyer's, and that of a read which had something new to show. A line that can no
  longer be bought is no longer selected as soon as that was shown.
- Whoever holds a guest cart's signed token (`guests`) holds the cart; it says nothing else. Guests' carts expire 30
  days after their last change, users' stay.
- A guest's cart is merged only where a signed-in person asks for it: quantities of the same SKU add up, and the guest's
  cart ends in the same transaction, so that it is merged once. What a cart cannot hold is refused, and nothing is lost.
- An ordered quantity is taken out once the stock is held (`orders.TradeOpened`); what was put in meanwhile stays.
"""
