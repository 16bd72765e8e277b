"""Restock notices: who wants to be told when a SKU that has run out can be had again."""
