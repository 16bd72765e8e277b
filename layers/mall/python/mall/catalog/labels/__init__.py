"""A merchant's own categories (店内分类), beside those of the mall. One document a merchant in the table `catalog`."""
