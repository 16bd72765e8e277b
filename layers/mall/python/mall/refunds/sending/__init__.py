"""Sending the channels' parts of refunds, and asking what became of them, until they are through.

Whoever sends a part claims it first: the claim counts the try, says when the next one is due, and finds no other part
of the same payment on its way. So it does not matter who sends it (the consumer of RefundRequested, the sweep, an
operator) or whether they die while they do.
"""
