"""Who was erased: nothing relational is stored for them any more, whatever is still on its way.

Owns the relational table `erased_user` (by buyer). An access token outlives its account by up to 15 minutes, and an
event by days, so closing an account is not enough. Each relational store that holds a person's data locks the person
before it adds something (`store.lock`), and marks them erased in the transaction that erases (`store.mark`); whatever
comes later finds the mark and is refused.
"""
