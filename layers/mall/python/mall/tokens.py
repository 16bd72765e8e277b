"""Access tokens: short-lived JWTs (RFC 7519), signed with ES256 by a key that never leaves KMS, verified offline.

The setting `MALL_KEY_ACCESS_TOKENS` lists the keys that are accepted, the signing one first, separated by commas: to
rotate, put the new key in front and drop the old one after the longest life of a token. A token's `kid` must be one
of the list, so nobody can point us to a key of their own.
"""

import base64
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from mall import aws, clock, config, errors
from mall.auth import Caller

# jwt and cryptography cost 100 ms of import, and of the many functions that reach this module few verify or sign.
# The authorizer, which always does, imports jwt itself.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

ALGORITHM = "ES256"
LIFETIME_SECONDS = 15 * 60
AUDIENCE = "mall.api"
# How far apart the clocks of the machine that issued a token and of the one that verifies it may be.
_SKEW_SECONDS = 5
_CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp"]


class TokenRefused(errors.Unauthenticated):
    message = "The access token is not valid. Sign in again."


def issue(caller: Caller) -> str:
    """A signed access token that says who `caller` is for the next 15 minutes."""
    from jwt.utils import der_to_raw_signature  # noqa: PLC0415

    kid = _keys()[0]
    now = clock.timestamp()
    claims = {
        "iss": issuer(),
        "aud": AUDIENCE,
        "sub": caller.user_id,
        "sid": caller.session_id,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "roles": sorted(caller.roles),
        "perm": sorted(caller.permissions),
        "mch": caller.merchant_id,
    }
    signing_input = _part({"alg": ALGORITHM, "typ": "JWT", "kid": kid}) + b"." + _part(claims)
    der = aws.client("kms").sign(KeyId=kid, Message=signing_input, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]
    raw = der_to_raw_signature(der, _public_key(kid).curve)
    return (signing_input + b"." + base64.urlsafe_b64encode(raw).rstrip(b"=")).decode()


def verify(token: str) -> Caller:
    """The caller whom `token` names. Raises TokenRefused for any token that we would not have issued just now."""
    import jwt  # noqa: PLC0415

    try:
        kid = _kid(token)
        if kid not in _keys():
            raise TokenRefused
        claims = jwt.decode(
            token,
            _public_key(kid),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=issuer(),
            # The mall's clock counts here, not the library's.
            options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise TokenRefused from None
    issued, expires = claims["iat"], claims["exp"]
    if not (type(issued) is type(expires) is int and issued - _SKEW_SECONDS <= clock.timestamp() < expires):
        raise TokenRefused
    return Caller(
        user_id=claims["sub"],
        session_id=claims["sid"],
        roles=frozenset(claims.get("roles", ())),
        permissions=frozenset(claims.get("perm", ())),
        merchant_id=claims.get("mch", ""),
    )


def issuer() -> str:
    """Who issues this deployment's tokens."""
    return f"mall.{config.stage()}"


def key_set() -> list[dict[str, Any]]:
    """The accepted public keys as JWKs (RFC 7517), for others who verify our tokens."""
    from jwt.algorithms import ECAlgorithm  # noqa: PLC0415

    return [
        ECAlgorithm.to_jwk(_public_key(kid), as_dict=True) | {"kid": kid, "use": "sig", "alg": ALGORITHM}
        for kid in _keys()
    ]


def _kid(token: str) -> str:
    """The key that a token names. The rest of it, and the form of this part, is for `jwt.decode` to look at."""
    try:
        header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
    except (ValueError, RecursionError):
        raise TokenRefused from None
    return str(header.get("kid")) if isinstance(header, dict) else ""


def _keys() -> tuple[str, ...]:
    return tuple(config.key("access_tokens").split(","))


@cache
def _public_key(kid: str) -> "EllipticCurvePublicKey":
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    key = load_der_public_key(aws.client("kms").get_public_key(KeyId=kid)["PublicKey"])
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError(f"the key {kid} is not an elliptic-curve key")
    return key


def forget() -> None:
    """Forget the public keys that were read, as a new execution environment would. For tests."""
    _public_key.cache_clear()


def _part(value: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=")
