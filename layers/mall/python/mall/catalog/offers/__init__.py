"""Offers: what each SKU costs at this moment and how many there are, beside the reviewed description of the product.

One item a product, the part `offers` of its partition, so that a page's live JSON is one read and a change of many
SKUs one write. How many there are is the inventory's to say: `available` is a
copy for people to see, right whenever a level was crossed or the merchant said something (`on_stock_level_changed`).
"""
