"""Merchants' signed calls: Ed25519 over the whole request, so that nobody can change, replay or forge it.

A merchant registers a public key and keeps the private one; the mall holds nothing that could sign in its name.
A call carries

    Authorization: MALL-ED25519 key=<key id>,time=<Unix seconds>,nonce=<16-64 characters>,signature=<base64url>

where the signature is over these lines, joined by a line feed: the scheme's name, the method, the path, the query
(`name=value` pairs percent-encoded and sorted, joined by `&`), the time, the nonce, and the SHA-256 of the body in
hexadecimal. The time may be off by five minutes; a nonce is taken once.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import clock, errors, nosql
from mall.auth import Caller

SCHEME = "MALL-ED25519"
TOLERANCE = timedelta(minutes=5)
_FIELDS = ("key", "time", "nonce", "signature")


class SignatureRefused(errors.Unauthenticated):
    message = "The request's signature is not valid."


class _OfMerchant(GlobalSecondaryIndex["ApiKey"]):  # type: ignore[no-untyped-call]
    """Keys by their merchant; nonces are not in it."""

    class Meta:
        index_name = "of_merchant"
        projection = AllProjection()

    merchant_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ApiKey(nosql.Model):
    """A merchant's public key, or (with an id `nonce#…`) a nonce that was used."""

    class Meta(nosql.Table):
        logical = "api_keys"

    id = UnicodeAttribute(hash_key=True)
    merchant_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    public_key = UnicodeAttribute(null=True)
    permissions = UnicodeSetAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    of_merchant = _OfMerchant()


def canonical(
    method: str, path: str, query: Mapping[str, list[str]], time: str, nonce: str, body: bytes | str
) -> bytes:
    """The bytes that are signed."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name in query for value in query[name])
    payload = body.encode() if isinstance(body, str) else body
    return "\n".join(
        (
            SCHEME,
            method.upper(),
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            time,
            nonce,
            hashlib.sha256(payload).hexdigest(),
        )
    ).encode()


def verify(*, authorization: str, method: str, path: str, query: Mapping[str, list[str]], body: bytes | str) -> Caller:
    """The merchant's program that signed this request. Raises SignatureRefused, for whatever reason, the same way."""
    given = _parsed(authorization)
    now = clock.now()
    try:
        signed_at = datetime.fromtimestamp(int(given["time"]), UTC)
        signature = base64.urlsafe_b64decode(given["signature"] + "=" * (-len(given["signature"]) % 4))
    except (ValueError, OverflowError):
        raise SignatureRefused from None
    if abs(now - signed_at) > TOLERANCE or not 16 <= len(given["nonce"]) <= 64 or "#" in given["key"]:
        raise SignatureRefused
    try:
        # Consistently, so that a key which was withdrawn a moment ago signs nothing any more.
        key = ApiKey.get(given["key"], consistent_read=True)
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key.public_key))
        public.verify(signature, canonical(method, path, query, given["time"], given["nonce"], body))
        nonce = ApiKey(f"nonce#{key.id}#{given['nonce']}", expires=int((now + 2 * TOLERANCE).timestamp()))
        with nosql.conditional():
            nonce.save(condition=ApiKey.id.does_not_exist())
    except (ApiKey.DoesNotExist, InvalidSignature, nosql.ConditionFailed):
        raise SignatureRefused from None
    return Caller(key_id=key.id, merchant_id=key.merchant_id, permissions=frozenset(key.permissions or ()))


def _parsed(authorization: str) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme != SCHEME or any(not given.get(name) for name in _FIELDS):
        raise SignatureRefused
    return given
