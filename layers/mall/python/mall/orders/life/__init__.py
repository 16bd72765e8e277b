"""The one way in which an order changes, and the acts of those who sell and of the platform.

`service.change` asks the rules, changes by compare-and-set on (status, version), and writes the history and the news in
the same transaction. Everything else in `orders` goes through it.
"""
