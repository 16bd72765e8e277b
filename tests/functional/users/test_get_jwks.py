"""Publishing the keys that verify access tokens."""

from collections.abc import Callable

import jwt

from mall import config
from mall.tokens import AUDIENCE, issuer
from tests.fixtures.gateway import Answer
from tests.functional.users.conftest import People


def test_others_verify_our_tokens_with_what_is_published(invoke: Callable[..., Answer], people: People) -> None:
    person = people.register()

    answer = invoke("users.get_jwks")

    keys = jwt.PyJWKSet.from_dict(answer.body)
    key = keys[jwt.get_unverified_header(person.access_token)["kid"]]
    claims = jwt.decode(person.access_token, key, algorithms=["ES256"], audience=AUDIENCE, issuer=issuer())
    assert (answer.status, claims["sub"]) == (200, person.id)


def test_only_public_halves_are_published(invoke: Callable[..., Answer]) -> None:
    (key,) = invoke("users.get_jwks").body["keys"]

    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["alg"], key["use"], key["kid"]) == ("ES256", "sig", config.key("access_tokens"))
