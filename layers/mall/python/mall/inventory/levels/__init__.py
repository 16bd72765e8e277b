"""Levels: what others are told of stock, from the stream of its table, and only when there is something to tell.

Who buys pays nothing for it. Where people sell from buckets, or a merchant speaks, all counters are read once more.
"""
