"""merchants (商户): the record of each merchant, which everything that belongs to one refers to.

Owns the DynamoDB table `merchants`: `id` = `mch_…` is a merchant, `id` = `slug#<slug>` leads to one. The index `kinds`
lists them.

Decisions that bind others:
- A merchant's id carries its slot, so whatever is sharded by merchant finds its shard from the id alone.
- `active(id)` decides whether a merchant may sell. Who is suspended keeps their staff, data and obligations.
- `self` is the mall's own store (自营). What it and `trusted` merchants submit needs no review.
"""
