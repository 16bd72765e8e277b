"""The signed tokens by which guests keep their carts: `crt_….<signature>`, and nothing about anybody in them.

The id is a random one of `mall.ids`, the signature an HMAC (SHA-256) of it by the secret `cart-tokens`, which signs
nothing else. Whether the cart is still there is not the token's to say.
"""

import base64
import hmac
import re
from hashlib import sha256

from mall import config, ids
from mall.cart.model import CartTokenRefused

_PREFIX = "crt"
_ID = re.compile(ids.pattern(_PREFIX))
_LONGEST = 128


def new_id() -> str:
    """The id of a new guest's cart."""
    return ids.new(_PREFIX)


def is_guest(cart_id: str) -> bool:
    """Whether a cart is a guest's."""
    return cart_id.startswith(f"{_PREFIX}_")


def token(cart_id: str) -> str:
    """The token of a guest's cart."""
    return f"{cart_id}.{_signature(cart_id)}"


def id_of(given: str) -> str:
    """Which cart a token is of. Raises CartTokenRefused for any that we did not sign."""
    cart_id, _, signature = given.partition(".")
    if len(given) > _LONGEST or not given.isascii() or not _ID.fullmatch(cart_id):
        raise CartTokenRefused
    if not hmac.compare_digest(_signature(cart_id).encode(), signature.encode()):
        raise CartTokenRefused
    return cart_id


def _signature(cart_id: str) -> str:
    digest = hmac.digest(config.secret("cart-tokens").encode(), cart_id.encode(), sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
