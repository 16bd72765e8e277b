"""Access tokens: ours are accepted, and everything that only looks like ours is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from mall import aws, clock, config, tokens
from mall.auth import Caller
from tests.fixtures.calls import Call, put_between

BUYER = Caller(
    user_id="usr_1",
    session_id="ses_1",
    roles=frozenset({"customer"}),
    permissions=frozenset({"orders.place", "orders.list"}),
    merchant_id="mch_1",
)


@pytest.fixture(autouse=True)
def _keys(request: pytest.FixtureRequest) -> Iterator[None]:
    request.getfixturevalue("aws")
    tokens._public_key.cache_clear()
    yield
    tokens._public_key.cache_clear()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    header, claims, signature = token.split(".")
    return decoded(header), decoded(claims), signature


def decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(claims: dict[str, Any], kid: str | None = None) -> str:
    """A token with `claims`, signed by the mall's own key."""
    kid = kid or config.key("access_tokens")
    text = f"{encoded({'alg': 'ES256', 'typ': 'JWT', 'kid': kid})}.{encoded(claims)}"
    der = aws.client("kms").sign(KeyId=kid, Message=text.encode(), MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]
    raw = jwt.utils.der_to_raw_signature(der, ec.SECP256R1())
    return f"{text}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def good_claims(**changes: Any) -> dict[str, Any]:
    _, claims, _ = parts(tokens.issue(BUYER))
    return claims | changes


def public_key() -> ec.EllipticCurvePublicKey:
    found = load_der_public_key(aws.client("kms").get_public_key(KeyId=config.key("access_tokens"))["PublicKey"])
    assert isinstance(found, ec.EllipticCurvePublicKey)
    return found


def test_whom_a_token_was_issued_to_is_whom_it_names() -> None:
    assert tokens.verify(tokens.issue(BUYER)) == BUYER


def test_a_token_lives_fifteen_minutes() -> None:
    _, claims, _ = parts(tokens.issue(BUYER))

    assert claims["exp"] - claims["iat"] == 15 * 60


def test_an_expired_token_is_refused() -> None:
    with clock.at(datetime.now(UTC) - timedelta(minutes=15, seconds=1)):
        token = tokens.issue(BUYER)

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(token)


def test_a_token_expires_by_the_malls_clock() -> None:
    token = tokens.issue(BUYER)

    with clock.at(datetime.now(UTC) + timedelta(minutes=14)):
        assert tokens.verify(token) == BUYER
    with clock.at(datetime.now(UTC) + timedelta(minutes=16)), pytest.raises(tokens.TokenRefused):
        tokens.verify(token)


def test_an_unsigned_token_is_refused() -> None:
    header, claims, _ = parts(tokens.issue(BUYER))

    for algorithm in ("none", "None", "NONE", ""):
        for signature in ("", "AAAA"):
            with pytest.raises(tokens.TokenRefused):
                tokens.verify(f"{encoded(header | {'alg': algorithm})}.{encoded(claims)}.{signature}")


def test_a_token_signed_with_our_public_key_as_a_shared_secret_is_refused() -> None:
    header, claims, _ = parts(tokens.issue(BUYER))
    for form in (Encoding.PEM, Encoding.DER):
        secret = public_key().public_bytes(form, PublicFormat.SubjectPublicKeyInfo)
        text = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
        mac = base64.urlsafe_b64encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()

        with pytest.raises(tokens.TokenRefused):
            tokens.verify(f"{text}.{mac}")


def test_a_token_signed_by_a_key_of_ones_own_is_refused() -> None:
    mine = ec.generate_private_key(ec.SECP256R1())

    forged = jwt.encode(good_claims(), mine, "ES256", headers={"kid": config.key("access_tokens")})

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(forged)


def test_a_token_cannot_point_to_a_key_that_we_did_not_name() -> None:
    other = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(signed(good_claims(), kid=other))


@pytest.mark.parametrize("kid", [None, 7, ["x"], {"a": 1}, "", "../key"])
def test_a_strange_key_id_is_refused(kid: object) -> None:
    _, claims, signature = parts(tokens.issue(BUYER))

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(f"{encoded({'alg': 'ES256', 'typ': 'JWT', 'kid': kid})}.{encoded(claims)}.{signature}")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another.api"},
        {"aud": None},
        {"iss": "mall.another"},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"exp": "tomorrow"},
        {"sub": None},
        {"sub": 7},
        {"sid": None},
    ],
)
def test_a_token_for_another_audience_issuer_or_time_is_refused(changes: dict[str, Any]) -> None:
    token = signed(good_claims(**changes))

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(token)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "iat", "exp"])
def test_a_token_that_leaves_a_claim_out_is_refused(claim: str) -> None:
    claims = good_claims()
    del claims[claim]

    with pytest.raises(tokens.TokenRefused):
        tokens.verify(signed(claims))


def test_a_token_that_was_changed_anywhere_is_refused() -> None:
    token = tokens.issue(BUYER)
    header, claims, signature = token.split(".")
    richer = encoded(decoded(claims) | {"perm": ["*"]})

    for forged in (
        f"{header}.{richer}.{signature}",
        f"{header}.{claims}.{signature[:-4]}AAAA",
        f"{header}.{claims}.",
        f"{header}.{claims}",
        f"{token}.{signature}",
        f"{header}.{claims}.{'A' * 86}",
    ):
        with pytest.raises(tokens.TokenRefused):
            tokens.verify(forged)


DEEP = base64.urlsafe_b64encode(b"[" * 6_000).decode() + ".e30.x"


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b.c", "é.é.é", "x" * 10_000, "Bearer x", "\0", DEEP],
    ids=["empty", "dot", "dots", "letters", "accents", "long", "two words", "zero", "deep"],
)
def test_what_is_no_token_at_all_is_refused(text: str) -> None:
    with pytest.raises(tokens.TokenRefused):
        tokens.verify(text)


def test_after_a_rotation_tokens_of_the_old_key_are_still_accepted_and_new_ones_have_the_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, old_token = config.key("access_tokens"), tokens.issue(BUYER)
    new = aws.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]

    monkeypatch.setenv("MALL_KEY_ACCESS_TOKENS", f"{new},{old}")
    new_token = tokens.issue(BUYER)
    assert parts(new_token)[0]["kid"] == new
    assert tokens.verify(old_token) == tokens.verify(new_token) == BUYER

    monkeypatch.setenv("MALL_KEY_ACCESS_TOKENS", new)
    with pytest.raises(tokens.TokenRefused):
        tokens.verify(old_token)


def test_a_key_that_was_verified_once_is_not_asked_of_kms_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tokens.issue(BUYER), tokens.issue(BUYER)
    asked: list[str] = []

    def noted(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        asked.append(operation)
        return call(client, operation, arguments)

    put_between(monkeypatch, noted)
    aws.forget()
    tokens.forget()
    tokens.verify(first)
    needed = len(asked)

    tokens.verify(second)

    assert len(asked) == needed > 0


def test_others_can_verify_our_tokens_with_the_published_keys() -> None:
    (key,) = tokens.key_set()

    assert "d" not in key
    claims = jwt.decode(
        tokens.issue(BUYER), jwt.PyJWK(key), algorithms=["ES256"], audience=tokens.AUDIENCE, issuer=tokens.issuer()
    )
    assert claims["sub"] == "usr_1"
