"""Categories: a tree of any depth whose nodes say which attributes their products have.

`template` is what may be said of a product (attributes, inherited down the tree), `model` the tree itself. This package
reads what is published; `tree` holds the truth in PostgreSQL and changes it.
"""
