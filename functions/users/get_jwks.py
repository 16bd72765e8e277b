"""Publish the keys with which access tokens are verified."""

from mall import tokens
from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users.sessions.schemas import KeySet

app = Endpoint("users.get_jwks")


@app.route("/api/jwks", access=PUBLIC)
def get_jwks() -> KeySet:
    """Read the public keys (RFC 7517) that verify the mall's access tokens."""
    return KeySet(keys=tokens.key_set())
