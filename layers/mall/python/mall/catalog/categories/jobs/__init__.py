"""Moves and merges of categories as jobs: the tree changes at once, what hangs on it piece by piece.

A job is a document of the table `catalog` and a message. Whoever works on it may die at any point: the message comes
again, and every step may be repeated.
"""
