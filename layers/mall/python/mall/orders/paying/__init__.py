"""A trade between its placing and its payment: opened, paid, postponed or cancelled, each in one transaction.

Lock order: the trade, then its intent (`payments.intent_of`), then the wallet. Channels are asked outside of any
transaction, and what they said is looked at again inside.
"""
