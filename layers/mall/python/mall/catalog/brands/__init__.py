"""Brands: who made it. Kept in the table `catalog`; `brand-slug#<slug>` leads to the brand with that slug."""
