"""How the relational store refuses.

Exception
├── ShardingKeyMissing   a statement that does not say whose rows it wants    ┐
├── CrossShard           one transaction, or one join, over several shards    │ faults of the programmer:
├── NotMergeable         a scattered read that has no right merged answer     │ they become a 500
├── WrongSlot            a row whose ids disagree about the slot it lives in  │
├── ReadOnly             a write in a read-only session                       │
└── SessionNested        a second session that would wait for the first       ┘
MallError
└── Unavailable
    └── SlotMoved        the slot went to another shard meanwhile; `retrying` repeats the transaction there
"""

from mall import errors


class ShardingKeyMissing(Exception):
    """A statement names neither a sharding key nor an id that carries a slot, and does not say `scatter=True`."""


class CrossShard(Exception):
    """A read-write transaction may touch one shard, and a join only rows that live together."""


class NotMergeable(Exception):
    """The answers of several shards to this statement cannot be merged into the one right answer."""


class WrongSlot(Exception):
    """The ids of a row carry different slots, so they cannot all be found where the row would be stored."""


class ReadOnly(Exception):
    """A read-only session was asked to write."""


class SessionNested(Exception):
    """A session was opened inside another one that holds the shard's only connection: it would wait for ever."""


class SlotMoved(errors.Unavailable):
    """A write was refused because its slot is moving, or has moved, to another shard."""

    message = "Your data is being moved at this moment. Try again."
