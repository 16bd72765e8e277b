"""What a person agreed to, when, and to which version of the text: the proof, and how it stands now.

Owns the relational table `consent` (by buyer). It is only ever appended to: a row says that a consent was given or
withdrawn, and the newest row of a kind says how it stands. `current` projects that onto the account item in DynamoDB,
where every other part of the mall asks for it.

Decisions that bind others:
- `terms` and `privacy` are what an account rests on: they are given, and given again for a new version, but withdrawing
  them means closing the account. The other kinds come and go.
- Marketing takes a consent that was given. Browsing history and personalisation are on until they are withdrawn: the
  privacy policy tells of them, and the law wants them refusable (PIPL, articles 24 and 44).
- Of the address that a consent came from, the network is kept (24 bits of IPv4, 48 of IPv6), never the address itself.
- When an account is closed, the proof outlives it, since the mall may have to show that a message was consented to
  (PIPL, article 69; claims lapse after three years by the Civil Code, article 188). Its rows then go by a pseudonym, a
  keyed hash of the user's id: whoever names the id in a dispute can be answered, and nobody finds the person from the
  row. The network is removed.
"""
