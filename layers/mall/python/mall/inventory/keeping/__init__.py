"""Keeping stock: a merchant's warehouses, what lies in them, and what the merchant says of it."""
