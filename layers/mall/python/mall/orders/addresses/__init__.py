"""Where orders are sent: a copy of an address, made when the order is placed or its buyer says otherwise."""
