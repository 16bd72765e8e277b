"""What sells: units of products in orders that were paid in the last month, which sort lists and raise a standing."""
