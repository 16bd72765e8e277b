"""Offers: what each SKU costs at this moment and how many there are, beside the reviewed description of the product.

One item a product, the part `offers` of its partition, so that a page's live JSON is one read and a change of many
SKUs one write. The inventory subsystem will take the stock over; prices stay here.
"""
