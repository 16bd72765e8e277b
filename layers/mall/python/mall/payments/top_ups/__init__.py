"""Putting money into a wallet: an intent of the buyer's own, credited in the transaction that takes its money in."""
