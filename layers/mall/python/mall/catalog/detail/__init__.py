"""A product as everybody sees it, in one language: one query for all of it, names from what the process remembers.

A category, brand or merchant that was renamed is called by its former name for up to half a minute.
"""
