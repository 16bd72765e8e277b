"""The tree of categories as it is kept: every change of it, and its publication.

Whoever changes the tree holds the one row of `category_revision`, so changes come one after the other and each has a
number. What is published carries that number, and an older state never replaces a newer one.
"""
