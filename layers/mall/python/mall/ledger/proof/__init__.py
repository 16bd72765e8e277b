"""Proving the books: what the ledger says of accounts that somebody else keeps too, read in one moment.

Everything of a buyer is in one slot, so the proof goes slot by slot and needs no moment that all shards share. Each
subsystem that keeps money beside the ledger has a `prove(session, slots)` of its own, which compares the two in the
snapshot that it is given; `ledger.prove_balance` calls them all.
"""
