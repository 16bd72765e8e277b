"""Merchants' signed calls: nobody can change, replay or forge one."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mall import clock, signature
from mall.auth import Caller, permission
from mall.http import Body, Endpoint
from tests.fixtures.gateway import Answer, Context, request

PRIVATE = Ed25519PrivateKey.generate()
NONCE = "0123456789abcdef"
CALL: dict[str, Any] = {
    "method": "POST",
    "path": "/api/merchant/orders",
    "query": {"tag": ["b", "a"], "q": ["shoe & sock", "é"]},
    "body": b'{"name": "shoe"}',
}


@pytest.fixture(autouse=True)
def _key(aws: object) -> None:
    public = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature.ApiKey(
        "key_1",
        merchant_id="mch_1",
        public_key=base64.urlsafe_b64encode(public).decode(),
        permissions={"orders.ship"},
    ).save()


def header(
    call: Mapping[str, Any] = CALL,
    *,
    key: str = "key_1",
    time: str | None = None,
    nonce: str = NONCE,
    private: Ed25519PrivateKey = PRIVATE,
) -> str:
    """What an honest program would send with `call`."""
    time = time or str(clock.timestamp())
    signed = private.sign(signature.canonical(**call, time=time, nonce=nonce))
    text = base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
    return f"MALL-ED25519 key={key},time={time},nonce={nonce},signature={text}"


def test_an_honest_call_names_the_merchant_and_what_its_key_may() -> None:
    caller = signature.verify(authorization=header(), **CALL)

    assert caller == Caller(key_id="key_1", merchant_id="mch_1", permissions=frozenset({"orders.ship"}))


def test_the_order_in_which_parameters_were_sent_does_not_matter() -> None:
    turned = CALL | {"query": {"q": ["é", "shoe & sock"], "tag": ["a", "b"]}}

    assert signature.verify(authorization=header(), **turned).known


def test_the_same_call_is_taken_once() -> None:
    authorization = header()
    signature.verify(authorization=authorization, **CALL)

    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=authorization, **CALL)


def test_a_nonce_of_one_key_is_free_for_another() -> None:
    public = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature.ApiKey("key_2", merchant_id="mch_2", public_key=base64.urlsafe_b64encode(public).decode()).save()

    assert signature.verify(authorization=header(), **CALL).merchant_id == "mch_1"
    assert signature.verify(authorization=header(key="key_2"), **CALL).merchant_id == "mch_2"


@pytest.mark.parametrize(
    "change",
    [
        {"method": "PUT"},
        {"path": "/api/merchant/orders/"},
        {"path": "/api/merchant/refunds"},
        {"query": {}},
        {"query": {"tag": ["b"], "q": ["shoe & sock", "é"]}},
        {"query": {"tag": ["b", "a"], "q": ["shoe", "é"], " sock": [""]}},
        {"body": b'{"name": "shoes"}'},
        {"body": b""},
    ],
)
def test_a_call_that_was_changed_on_its_way_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=header(), **CALL | change)


def test_a_refused_call_does_not_use_its_nonce_up() -> None:
    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=header(), **CALL | {"body": b"{}"})

    assert signature.verify(authorization=header(), **CALL).known


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 10**9])
def test_a_call_of_another_time_is_refused(seconds: int) -> None:
    authorization = header(time=str(clock.timestamp() + seconds))

    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=authorization, **CALL)


@pytest.mark.parametrize("seconds", [-290, 290])
def test_a_clock_may_be_off_by_almost_five_minutes(seconds: int) -> None:
    assert signature.verify(authorization=header(time=str(clock.timestamp() + seconds)), **CALL).known


def test_a_nonce_is_remembered_as_long_as_its_call_could_be_replayed() -> None:
    now = datetime.now(UTC)
    with clock.at(now):
        authorization = header(time=str(clock.timestamp() + 299))
        signature.verify(authorization=authorization, **CALL)

    kept_until = signature.ApiKey.get(f"nonce#key_1#{NONCE}").expires
    assert kept_until > (now + timedelta(minutes=10) - timedelta(seconds=2)).timestamp()


def test_another_private_key_cannot_sign_for_this_one() -> None:
    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=header(private=Ed25519PrivateKey.generate()), **CALL)


@pytest.mark.parametrize("key", ["key_9", "nonce#key_1#0123456789abcdef", "nonce#x"])
def test_an_unknown_key_is_refused_like_a_wrong_signature(key: str) -> None:
    signature.verify(authorization=header(), **CALL)

    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=header(key=key), **CALL)


@pytest.mark.parametrize("nonce", ["short", "x" * 65])
def test_a_nonce_has_sixteen_to_sixty_four_characters(nonce: str) -> None:
    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=header(nonce=nonce), **CALL)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "MALL-ED25519",
        "MALL-ED25519 ",
        "MALL-ED25519 key=key_1",
        "Bearer key=key_1,time=1,nonce=0123456789abcdef,signature=AAAA",
        "MALL-ED25519 key=key_1,time=now,nonce=0123456789abcdef,signature=AAAA",
        "MALL-ED25519 key=key_1,time=1e400,nonce=0123456789abcdef,signature=AAAA",
        f"MALL-ED25519 key=key_1,time={'9' * 30},nonce=0123456789abcdef,signature=AAAA",
        f"MALL-ED25519 key=key_1,time={'9' * 5000},nonce=0123456789abcdef,signature=AAAA",
        "MALL-ED25519 key=key_1,time=-1,nonce=0123456789abcdef,signature=é",
        "MALL-ED25519 key=,time=,nonce=,signature=",
    ],
)
def test_what_is_not_a_signature_is_refused(authorization: str) -> None:
    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=authorization, **CALL)


@pytest.mark.parametrize("text", ["é", "A", "AAAA", "!!!!"])
def test_a_timely_call_with_a_garbled_signature_is_refused(text: str) -> None:
    authorization = f"MALL-ED25519 key=key_1,time={clock.timestamp()},nonce={NONCE},signature={text}"

    with pytest.raises(signature.SignatureRefused):
        signature.verify(authorization=authorization, **CALL)


class Order(Body):
    """A body."""

    name: str


def test_the_front_door_verifies_the_raw_body() -> None:
    app = Endpoint("orders.ship")

    @app.route("/api/merchant/orders", method="POST", access=permission("orders.ship"), body=Order, status=204)
    def ship(body: Order) -> None:
        """Ship."""

    def send(text: str, authorization: str) -> Answer:
        event = request(
            "POST", "/api/merchant/orders", body=text, query=CALL["query"], headers={"Authorization": authorization}
        )
        return Answer.of(app(event, Context()))

    assert send('{"name":  "shoe"}', header()).code == "SignatureRefused"
    assert send('{"name": "shoe"}', header()).status == 204
    assert send('{"name": "shoe"}', header()).code == "SignatureRefused"
    assert app.caller == Caller() or app.caller.merchant_id == ""


def test_a_call_without_a_body_is_signed_over_none() -> None:
    app = Endpoint("orders.list")

    @app.route("/api/merchant/orders", access=permission("orders.ship"), status=204)
    def list_() -> None:
        """List."""

    call = CALL | {"method": "GET", "query": {}, "body": b""}
    event = request("GET", "/api/merchant/orders", headers={"Authorization": header(call)})

    assert Answer.of(app(event, Context())).status == 204
