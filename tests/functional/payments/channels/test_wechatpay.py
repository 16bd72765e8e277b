"""WeChat Pay: requests signed with the merchant's key, answers and callbacks believed with WeChat Pay's alone."""

import base64
import json
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mall import clock, errors
from mall.money import Money
from mall.payments.channels.wechatpay import WechatPay
from mall.payments.model import (
    ChannelRefused,
    ChannelUnavailable,
    RefundOutcome,
    Report,
    SignatureInvalid,
    Standing,
)
from tests.fixtures.attempts import CHARGE, NUMBER, attempt
from tests.fixtures.providers import Asked, Provider

MERCHANT, APP, SERIAL = "1230000109", "wxd678efh567hg6787", "444F4864EA9B34415A1B2C3D4E5F60718293A4B5"
PUBLIC_KEY_ID, API_KEY = "PUB_KEY_ID_0112300001092030", "0123456789abcdef0123456789ABCDEF"
TRANSACTION = "4200000985203001028463489811"
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def wechatpay(provider: Provider) -> WechatPay:
    private = OURS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = THEIRS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return WechatPay(
        {
            "mchid": MERCHANT,
            "appid": APP,
            "private_key": private,
            "cert_serial_no": SERIAL,
            "apiv3_key": API_KEY,
            "public_key": public,
            "public_key_id": PUBLIC_KEY_ID,
            "gateway": provider.origin,
        }
    )


def signature(body: str, *, at: int | None = None, key: rsa.RSAPrivateKey = THEIRS) -> dict[str, str]:
    """The headers with which WeChat Pay signs what it says."""
    moment, nonce = str(clock.timestamp() if at is None else at), secrets.token_hex(16)
    signed = key.sign(f"{moment}\n{nonce}\n{body}\n".encode(), padding.PKCS1v15(), SHA256())
    return {
        "wechatpay-timestamp": moment,
        "wechatpay-nonce": nonce,
        "wechatpay-serial": PUBLIC_KEY_ID,
        "wechatpay-signature": base64.b64encode(signed).decode(),
        "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048",
    }


def says(provider: Provider, content: Any, status: int = 200, *, key: rsa.RSAPrivateKey = THEIRS) -> None:
    body = "" if content is None else json.dumps(content)
    # WeChat Pay writes them in capitals, and names of headers have none.
    headers = {name.title().replace("-", "_"): value for name, value in signature(body, key=key).items()}
    provider.answer(body.encode(), status, **headers)


def sent(asked: Asked, method: str, path: str) -> Any:
    """Hold that a request is signed with our key; its content."""
    assert (asked.method, asked.path) == (method, path)
    scheme, _, rest = asked.headers["authorization"].partition(" ")
    told = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    assert (scheme, told["mchid"], told["serial_no"]) == ("WECHATPAY2-SHA256-RSA2048", MERCHANT, SERIAL)
    query = "".join(f"?{name}={value}" for name, value in asked.query.items())
    text = f"{method}\n{path}{query}\n{told['timestamp']}\n{told['nonce_str']}\n{asked.body.decode()}\n"
    OURS.public_key().verify(base64.b64decode(told["signature"]), text.encode(), padding.PKCS1v15(), SHA256())
    return asked.json if asked.body else None


def transaction(**changes: Any) -> dict[str, Any]:
    return {
        "mchid": MERCHANT,
        "appid": APP,
        "out_trade_no": NUMBER,
        "transaction_id": TRANSACTION,
        "trade_type": "NATIVE",
        "trade_state": "SUCCESS",
        "success_time": "2030-01-02T11:04:05+08:00",
        "amount": {"total": 9_990, "payer_total": 9_990, "currency": "CNY", "payer_currency": "CNY"},
    } | changes


def callback(resource: dict[str, Any], *, kind: str = "TRANSACTION.SUCCESS", key: str = API_KEY) -> bytes:
    nonce, about = secrets.token_hex(6), "transaction"
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), json.dumps(resource).encode(), about.encode())
    return json.dumps(
        {
            "id": "EV-2030010222001",
            "create_time": "2030-01-02T11:04:06+08:00",
            "event_type": kind,
            "resource_type": "encrypt-resource",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "nonce": nonce,
                "associated_data": about,
            },
        }
    ).encode()


# ── Beginning ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_to_scan_is_asked_for_with_everything_that_is_due(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code_url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"})

    started = wechatpay.start(replace(CHARGE, method="qr"))

    assert started.action == {"kind": "qr", "url": "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"}
    assert sent(provider.asked[0], "POST", "/v3/pay/transactions/native") == {
        "mchid": MERCHANT,
        "appid": APP,
        "description": CHARGE.subject,
        "out_trade_no": NUMBER,
        "amount": {"total": 9_990, "currency": "CNY"},
        "time_expire": "2030-01-02T11:30:00+08:00",
        "notify_url": CHARGE.notify_url,
    }


def test_the_page_for_phones_knows_where_to_go_back_to(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1"})

    action = wechatpay.start(replace(CHARGE, method="wap")).action

    assert action["url"].endswith(
        "prepay_id=wx1&redirect_url=https%3A%2F%2Fmall.example%2Faccount%2Fpayments%2F%3Fintent%3Dpay_1"
    )
    content = sent(provider.asked[0], "POST", "/v3/pay/transactions/h5")
    assert content["scene_info"] == {"payer_client_ip": CHARGE.source_ip, "h5_info": {"type": "Wap"}}


def test_what_wechat_pay_will_not_begin_is_a_refusal(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code": "PARAM_ERROR", "message": "…"}, 400)

    with pytest.raises(ChannelRefused) as refused:
        wechatpay.start(CHARGE)
    assert refused.value.details == {"reason": "PARAM_ERROR"}


@pytest.mark.parametrize("status", [401, 429, 500, 502])
def test_what_wechat_pay_cannot_do_now_is_no_refusal(wechatpay: WechatPay, provider: Provider, status: int) -> None:
    says(provider, {"code": "FREQUENCY_LIMITED"}, status)

    with pytest.raises(ChannelUnavailable):
        wechatpay.start(CHARGE)


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        ("SUCCESS", Standing.PAID),
        ("REFUND", Standing.CLOSED),
        ("NOTPAY", Standing.PENDING),
        ("USERPAYING", Standing.PENDING),
        ("CLOSED", Standing.CLOSED),
        ("REVOKED", Standing.CLOSED),
        ("PAYERROR", Standing.FAILED),
    ],
)
def test_a_transaction_stands_as_wechat_pay_says(
    wechatpay: WechatPay, provider: Provider, state: str, standing: Standing
) -> None:
    says(provider, transaction(trade_state=state))

    report = wechatpay.query(attempt())

    assert (report.attempt_id, report.standing) == (NUMBER, standing)
    if standing is Standing.PAID:
        at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert report == Report(NUMBER, standing, TRANSACTION, Money(9_990, "CNY"), at)
    sent(provider.asked[0], "GET", f"/v3/pay/transactions/out-trade-no/{NUMBER}")


def test_a_transaction_that_wechat_pay_does_not_know_is_absent(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code": "ORDER_NOT_EXIST"}, 404)

    assert wechatpay.query(attempt()).standing is Standing.ABSENT


def test_an_answer_that_somebody_else_signed_is_not_believed(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, transaction(), key=OURS)

    with pytest.raises(ChannelUnavailable):
        wechatpay.query(attempt())


def test_an_answer_about_another_transaction_is_not_believed(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, transaction(out_trade_no="somebody-elses"))

    with pytest.raises(ChannelUnavailable):
        wechatpay.query(attempt())


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_transaction_is_closed(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, None, 204)

    assert wechatpay.close(attempt()).standing is Standing.CLOSED
    content = sent(provider.asked[0], "POST", f"/v3/pay/transactions/out-trade-no/{NUMBER}/close")
    assert content == {"mchid": MERCHANT}


def test_closing_finds_what_was_paid_meanwhile(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code": "ORDER_PAID"}, 400)
    says(provider, transaction())

    assert wechatpay.close(attempt()).standing is Standing.PAID


def test_what_could_not_be_closed_is_not_closed(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code": "SYSTEM_BUSY"}, 400)
    says(provider, transaction(trade_state="NOTPAY"))

    with pytest.raises(ChannelUnavailable):
        wechatpay.close(attempt())


# ── Refunds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "state"),
    [("SUCCESS", "SUCCESS"), ("PROCESSING", "PENDING"), ("CLOSED", "FAILED"), ("ABNORMAL", "FAILED")],
)
def test_a_refund_names_its_number_its_part_and_the_whole(
    wechatpay: WechatPay, provider: Provider, status: str, state: str
) -> None:
    says(provider, {"refund_id": "5030", "out_refund_no": "rfd_1", "status": status})

    assert wechatpay.refund(attempt(), "rfd_1", Money(505, "CNY"), "broken").state == state
    assert sent(provider.asked[0], "POST", "/v3/refund/domestic/refunds") == {
        "out_refund_no": "rfd_1",
        "out_trade_no": NUMBER,
        "reason": "broken",
        "amount": {"refund": 505, "total": 9_990, "currency": "CNY"},
    }


def test_a_refund_that_wechat_pay_will_not_make_fails_with_its_reason(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"code": "NOT_ENOUGH"}, 400)

    outcome = wechatpay.refund(attempt(), "rfd_1", Money(505, "CNY"), "")

    assert outcome == RefundOutcome(RefundOutcome.FAILED, "NOT_ENOUGH")


def test_a_refund_is_asked_for_by_its_number(wechatpay: WechatPay, provider: Provider) -> None:
    says(provider, {"out_refund_no": "rfd_1", "status": "SUCCESS"})
    says(provider, {"code": "RESOURCE_NOT_EXISTS"}, 404)

    assert wechatpay.query_refund(attempt(), "rfd_1").state == RefundOutcome.SUCCESS
    assert wechatpay.query_refund(attempt(), "rfd_1") == RefundOutcome(RefundOutcome.FAILED, "absent")
    sent(provider.asked[0], "GET", "/v3/refund/domestic/refunds/rfd_1")


# ── Callbacks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_callback_is_decrypted_and_tells_what_was_paid(wechatpay: WechatPay) -> None:
    body = callback(transaction())

    told = wechatpay.notice(signature(body.decode()), body)

    assert (told.event_id, told.kind, told.problem) == ("EV-2030010222001", "TRANSACTION.SUCCESS", "")
    at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert told.report == Report(NUMBER, Standing.PAID, TRANSACTION, Money(9_990, "CNY"), at)


def test_a_callback_about_a_refund_tells_nothing_of_a_payment(wechatpay: WechatPay) -> None:
    body = callback({"mchid": MERCHANT, "out_trade_no": NUMBER, "refund_status": "SUCCESS"}, kind="REFUND.SUCCESS")

    told = wechatpay.notice(signature(body.decode()), body)

    assert (told.report, told.problem) == (None, "")


@pytest.mark.parametrize(
    "change",
    [
        {"wechatpay-signature": ""},
        {"wechatpay-signature": base64.b64encode(b"0" * 256).decode()},
        {"wechatpay-nonce": "another"},
        {"wechatpay-serial": "PUB_KEY_ID_ANOTHER"},
        {"wechatpay-serial": ""},
        {"wechatpay-timestamp": "yesterday"},
        {"wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3"},
    ],
)
def test_a_callback_with_a_wrong_signature_is_refused_without_asking_anybody(
    wechatpay: WechatPay, provider: Provider, change: dict[str, str]
) -> None:
    body = callback(transaction())

    with pytest.raises(SignatureInvalid):
        wechatpay.notice(signature(body.decode()) | change, body)
    assert provider.asked == []


def test_a_callback_that_somebody_else_signed_is_refused(wechatpay: WechatPay) -> None:
    body = callback(transaction())

    with pytest.raises(SignatureInvalid):
        wechatpay.notice(signature(body.decode(), key=OURS), body)


def test_a_callback_that_was_signed_long_ago_is_refused(wechatpay: WechatPay) -> None:
    body = callback(transaction())

    with pytest.raises(SignatureInvalid):
        wechatpay.notice(signature(body.decode(), at=clock.timestamp() - 301), body)


def test_a_callback_that_was_sealed_with_another_key_is_refused(wechatpay: WechatPay) -> None:
    body = callback(transaction(), key=API_KEY[::-1])

    with pytest.raises(SignatureInvalid):
        wechatpay.notice(signature(body.decode()), body)


@pytest.mark.parametrize(("change", "problem"), [({"mchid": "1"}, "seller"), ({"appid": "wx1"}, "app")])
def test_a_callback_for_somebody_else_is_recognised(wechatpay: WechatPay, change: dict[str, str], problem: str) -> None:
    body = callback(transaction(**change))

    assert wechatpay.notice(signature(body.decode()), body).problem == problem


@pytest.mark.parametrize("change", [{"trade_state": "MAYBE"}, {"amount": None}, {"success_time": "noon"}])
def test_a_callback_that_makes_no_sense_is_refused(wechatpay: WechatPay, change: dict[str, Any]) -> None:
    body = callback(transaction(**change))

    with pytest.raises(errors.Invalid):
        wechatpay.notice(signature(body.decode()), body)
