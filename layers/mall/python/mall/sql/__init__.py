"""Relational access: PostgreSQL, divided over shards, without naming a shard.

    class Address(sql.Base, sql.ByBuyer):
        __tablename__ = "address"
        id: Mapped[str] = mapped_column(primary_key=True)
        user_id: Mapped[str]

    with sql.session() as session:
        session.add(Address(id=ids.new("adr", slot=ids.slot_of(user_id)), user_id=user_id))

    with sql.session(read_only=True) as session:
        mine = session.scalars(select(Address).where(Address.user_id == user_id)).all()
        one = session.get(Address, address_id)

The rules:
1. A table is `ByBuyer` or `ByMerchant` (divided by the slot that a user's or merchant's id carries), `Single` (on
   shard 0 only) or `Broadcast` (the same rows on every shard). Sharded tables have a column `slot`, filled by itself.
2. A statement on a sharded table says whose rows it wants: `=` or `IN` on the sharding key, on `slot`, on `id`, or on
   another column that carries the slot (a foreign key with `slot` in it, or one named in `__carries_slot__`). A join
   ties its tables by such columns. Anything else raises ShardingKeyMissing. Where the `id` does not carry the slot of
   its row (an event's id, say) the table says `__carries_slot__ = ()`.
3. A read-write session is one transaction on one shard; a second one raises CrossShard. What spans shards is a saga.
4. A read-only session may read several shards: those that the statement names, or all of them with
   `execution_options={"scatter": True}`. Answers are merged, order and limit respected; what has no right merged
   answer (DISTINCT, GROUP BY, OFFSET, …) raises NotMergeable. See `mall.sql.scatter`.
5. Read-only sessions use the readers, which are a moment behind. Whoever must see their own write takes
   `token = sql.written_at(session)` along and opens `sql.session(read_only=True, after=token)`.
6. `@sql.transactional` repeats a transaction after a serialization failure, a deadlock, a moved slot or a lost
   connection. `sql.after_commit(session, call)` runs when it is committed.
7. A broadcast table is written by statements with `scatter=True`, on one shard after the other. There is no
   transaction over shards: write so that repeating it does no harm (upserts).
8. There is one connection a shard and role, so a session opened inside another one that uses the same raises
   SessionNested.
9. What is executed often is a constant of its store, `sql.prepared(…)`; what it writes `.soon` goes to the server in
   one statement with what else the transaction writes: see `mall.sql.prepared`.
10. Raw SQL, and what else the chooser cannot look into, needs `sql.session(key=…)`, or `sql.session(single=True)` for
   single tables.
"""

from mall.sql.base import Base, Broadcast, ByBuyer, ByMerchant, Single
from mall.sql.errors import (
    CrossShard,
    NotMergeable,
    ReadOnly,
    SessionNested,
    ShardingKeyMissing,
    SlotMoved,
    WrongSlot,
)
from mall.sql.prepared import Prepared, given, given_any, given_text, prepared
from mall.sql.session import Session, after_commit, retrying, session, transactional, written_at

__all__ = [
    "Base",
    "Broadcast",
    "ByBuyer",
    "ByMerchant",
    "CrossShard",
    "NotMergeable",
    "Prepared",
    "ReadOnly",
    "Session",
    "SessionNested",
    "ShardingKeyMissing",
    "Single",
    "SlotMoved",
    "WrongSlot",
    "after_commit",
    "given",
    "given_any",
    "given_text",
    "prepared",
    "retrying",
    "session",
    "transactional",
    "written_at",
]
