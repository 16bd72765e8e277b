"""A merchant takes something off an order that is not paid yet (改价): lower only, as a discount that it bears.

The old payment is closed at its channels first; if it was paid, the price stays. The new one is another intent, whose
reference is the id of the trade with a number (`paying.service.trade_of` finds the trade of both).
"""
