"""What the law gives a person over their data (PIPL articles 45, 47; GDPR articles 15, 17, 20): a copy, and an end.

Closing an account takes away whatever names the person in one transaction, together with the news of it; the state
machine `delete_account`, started by that news, then removes the rest, and other subsystems do their part on the same
news. What stays is the account's id, its dates and the proof of consents under a pseudonym, and, in the subsystems
that must keep books, orders and payments under that id. An answer that was kept for a repetition (`Idempotency-Key`)
goes by itself within a day.

A copy is made by the state machine `export_user_data`: one file a subsystem, put together in one archive that only
its owner can fetch, for a week.
"""
