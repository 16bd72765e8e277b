"""The read model of orders in DynamoDB: what merchants list, by merchant and status, without asking every shard.

Owns the table `orders`: an item an order, below its merchant. Each news of an order has it read anew where it lives and
put here, unless what is here is of a later version; so repeated and overtaking news do no harm. A nightly audit holds
both sides against each other. It holds no address: who sends an order asks for that where the order lives.
"""
