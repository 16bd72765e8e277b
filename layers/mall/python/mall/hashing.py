"""How passwords are stored, of whatever kind: Argon2id, and the same work whether there is a hash or not."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$Vc4sykU3LE1mOiB1mrG2hQ$+NqxRlPR3IKHsilxz5evha1PfVCjFVwYjXyxcmBmcN4"


def hash_password(password: str) -> str:
    """The Argon2id hash to store (19 MiB, two passes, one lane: OWASP's password storage recommendation)."""
    return _hasher().hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Whether `password` is the one. Without a `stored` hash it is not, after the same work, so time tells nothing."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return _hasher().verify(stored or NOBODYS_HASH, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415  (25 ms that only those pay who ask for a password)

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
