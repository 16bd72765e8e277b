"""Where orders are sent: a copy of an address, made when the order is placed or its buyer says otherwise.

It stays as long as the account of the buyer; see `orders` for what is left of it then.
"""
