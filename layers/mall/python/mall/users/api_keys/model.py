"""A merchant's key, and what is wrong with one."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from mall import errors

MOST_KEYS = 10
_KEY_BYTES = 32


class NotAPublicKey(errors.Invalid):
    message = "This is not an Ed25519 public key: 32 bytes in base64url."


class TooManyKeys(errors.Conflict):
    message = f"A merchant has at most {MOST_KEYS} keys. Withdraw one first."


class NoSuchKey(errors.NotFound):
    message = "There is no such key."


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that signs calls of `merchant_id` with `permissions`."""

    id: str
    merchant_id: str
    name: str
    public_key: str
    permissions: frozenset[str]
    created_at: datetime
    created_by: str


def normal_form(public_key: str) -> str:
    """The key in base64url with padding. Raises NotAPublicKey."""
    text = public_key.strip().replace("+", "-").replace("/", "_").rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAPublicKey from None
    if len(raw) != _KEY_BYTES:
        raise NotAPublicKey
    return base64.urlsafe_b64encode(raw).decode()
