"""Keeping the index: what is on sale, as searches and listings read it.

Whoever changes an entry holds a lock on its product while they read the catalog and write, so the entry always ends as
the catalog is, in whatever order and however often the changes are told.
"""
