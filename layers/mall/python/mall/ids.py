"""Ids: sortable by creation time, unguessable, readable, and carrying the slot of what they name.

An id is `<prefix>_<26 characters>`: a ULID (https://github.com/ulid/spec: 48 bits of Unix milliseconds, 80 random
bits, Crockford's base 32). The id of an entity that lives in the sharded database has two characters more, the
number of its virtual slot (0-1023), so that whoever holds the id finds the shard without asking anybody.
"""

import secrets
import zlib
from datetime import UTC, datetime, timedelta

from mall import clock, errors

SLOTS = 1024
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# Two digits at a time, ten bits.
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ULID_LENGTH = 26
_SLOT_LENGTH = 2


class MalformedId(errors.Invalid):
    message = "This is not an id."


def new(prefix: str, *, slot: int | None = None, at: datetime | None = None) -> str:
    """A new id, e.g. `usr_01JD…`; with `slot` (0-1023) it names a sharded entity."""
    milliseconds = ((at or clock.now()) - _EPOCH) // _MILLISECOND
    number = (milliseconds << 80) | secrets.randbits(80)
    return f"{prefix}_{_encode(number, _ULID_LENGTH)}{'' if slot is None else encode_slot(slot)}"


def random_slot() -> int:
    """The slot for a new sharding key (a buyer, a merchant): any, evenly."""
    return secrets.randbelow(SLOTS)


def slot_of(id_: str) -> int:
    """The slot that a sharded id carries. Raises MalformedId for anything else."""
    tail = id_.rpartition("_")[2]
    if len(tail) != _ULID_LENGTH + _SLOT_LENGTH:
        raise MalformedId(f"'{id_[:64]}' carries no slot.")
    try:
        return _VALUE[tail[-2]] * len(ALPHABET) + _VALUE[tail[-1]]
    except KeyError:
        raise MalformedId(f"'{id_[:64]}' carries no slot.") from None


def encode_slot(slot: int) -> str:
    """The two characters with which an id carries `slot`."""
    if not 0 <= slot < SLOTS:
        raise ValueError(f"slot {slot} is outside 0-{SLOTS - 1}")
    return _encode(slot, _SLOT_LENGTH)


def slot_for(text: str) -> int:
    """A stable slot for a key that is not one of our ids (CRC-32, so every process agrees)."""
    return zlib.crc32(text.encode()) % SLOTS


def pattern(prefix: str, *, sharded: bool = False) -> str:
    """The regular expression of such an id, for schemas and the API contract."""
    return f"^{prefix}_[{ALPHABET}]{{{_ULID_LENGTH + (_SLOT_LENGTH if sharded else 0)}}}$"


def _encode(number: int, length: int) -> str:
    """The last `length` digits, an even number of them, of `number`."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])
