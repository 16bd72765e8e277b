"""From the payment to the end: sending, receiving, and the deadlines between them.

Merchants' acts have no endpoints yet; they come with the merchants' side and call what is here.
"""
