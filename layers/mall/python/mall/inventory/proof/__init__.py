"""The nightly proof: the counters of every SKU are what its movements add up to.

What was added up once is remembered, up to a moment that is long over, so a night adds up only what happened since the
last; a SKU that did not change since is compared with what it was. A run that is cut short goes on where it was.
"""
