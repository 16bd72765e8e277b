"""Alipay: what is sent is what its documentation asks for, and what comes is believed only with its signature."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mall import clock, errors
from mall.money import Money
from mall.payments.channels.alipay import Alipay
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

APP, SELLER, TRADE = "2021001234567890", "2088102146225135", "2030010222001400001234567890"
OURS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signed(text: str, key: rsa.RSAPrivateKey = THEIRS) -> str:
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


@pytest.fixture
def alipay(provider: Provider) -> Alipay:
    return Alipay(
        {
            "app_id": APP,
            "seller_id": SELLER,
            "private_key": private_pem(OURS),
            "alipay_public_key": public_pem(THEIRS),
            "gateway": f"{provider.origin}/gateway.do",
        }
    )


def verify(fields: dict[str, str]) -> dict[str, Any]:
    """Hold that a request is signed with our key over all of its fields; its `biz_content`."""
    rest = {name: value for name, value in fields.items() if name != "sign"}
    text = "&".join(f"{name}={rest[name]}" for name in sorted(rest))
    OURS.public_key().verify(base64.b64decode(fields["sign"]), text.encode(), padding.PKCS1v15(), SHA256())
    assert (rest["app_id"], rest["sign_type"], rest["charset"]) == (APP, "RSA2", "utf-8")
    content: dict[str, Any] = json.loads(rest["biz_content"])
    return content


def sent(asked: Asked, method: str) -> dict[str, Any]:
    assert asked.query["method"] == method
    return verify(asked.query)


def says(provider: Provider, method: str, *, sign: str | None = None, **content: Any) -> None:
    """Let Alipay answer, signed as it signs: the text of the answer's own object."""
    text = json.dumps({"code": "10000", "msg": "Success"} | content, separators=(",", ":"))
    key = f"{method.replace('.', '_')}_response"
    provider.answer(f'{{"{key}":{text},"sign":"{sign or signed(text)}"}}'.encode())


def notice(*, key: rsa.RSAPrivateKey = THEIRS, **changes: str) -> bytes:
    told = {
        "notify_id": "2030010200222143005023240567089354",
        "notify_type": "trade_status_sync",
        "charset": "utf-8",
        "version": "1.0",
        "app_id": APP,
        "seller_id": SELLER,
        "trade_no": TRADE,
        "out_trade_no": NUMBER,
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "99.90",
        "receipt_amount": "99.90",
        "subject": "两只茶壶",
        "gmt_payment": "2030-01-02 11:04:05",
        "body": "",
    } | changes
    text = "&".join(f"{name}={told[name]}" for name in sorted(told))
    return urlencode(told | {"sign_type": "RSA2", "sign": signed(text, key)}).encode()


# ── Beginning ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "api", "product"),
    [
        ("page", "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
        ("wap", "alipay.trade.wap.pay", "QUICK_WAP_PAY"),
    ],
)
def test_a_page_is_a_signed_address(alipay: Alipay, provider: Provider, method: str, api: str, product: str) -> None:
    from dataclasses import replace

    with clock.at(datetime(2030, 1, 2, 3, 0, tzinfo=UTC)):
        action = alipay.start(replace(CHARGE, method=method)).action

    assert action["kind"] == "redirect"
    address = urlsplit(action["url"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.origin}/gateway.do"
    fields = dict(parse_qsl(address.query))
    assert (fields["method"], fields["notify_url"], fields["return_url"]) == (
        api,
        CHARGE.notify_url,
        CHARGE.return_url,
    )
    # The clock of China, wherever the function runs.
    assert fields["timestamp"] == "2030-01-02 11:00:00"
    assert verify(fields) == {
        "subject": CHARGE.subject,
        "out_trade_no": NUMBER,
        "total_amount": "99.90",
        "time_expire": "2030-01-02 11:30:00",
        "product_code": product,
    }
    assert provider.asked == []


def test_a_code_to_scan_is_asked_for(alipay: Alipay, provider: Provider) -> None:
    from dataclasses import replace

    says(provider, "alipay.trade.precreate", out_trade_no=NUMBER, qr_code="https://qr.alipay.com/bax03")

    started = alipay.start(replace(CHARGE, method="qr"))

    assert started.action == {"kind": "qr", "url": "https://qr.alipay.com/bax03"}
    content = sent(provider.asked[0], "alipay.trade.precreate")
    assert (content["out_trade_no"], content["total_amount"]) == (NUMBER, "99.90")
    assert provider.asked[0].query["notify_url"] == CHARGE.notify_url


def test_a_refused_code_is_a_refusal(alipay: Alipay, provider: Provider) -> None:
    from dataclasses import replace

    says(provider, "alipay.trade.precreate", code="40004", sub_code="ACQ.TOTAL_FEE_EXCEED")

    with pytest.raises(ChannelRefused) as refused:
        alipay.start(replace(CHARGE, method="qr"))
    assert refused.value.details == {"reason": "ACQ.TOTAL_FEE_EXCEED"}


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("WAIT_BUYER_PAY", Standing.PENDING),
        ("TRADE_SUCCESS", Standing.PAID),
        ("TRADE_FINISHED", Standing.PAID),
        ("TRADE_CLOSED", Standing.CLOSED),
    ],
)
def test_a_trade_stands_as_alipay_says(alipay: Alipay, provider: Provider, status: str, standing: Standing) -> None:
    says(
        provider,
        "alipay.trade.query",
        out_trade_no=NUMBER,
        trade_no=TRADE,
        trade_status=status,
        total_amount="99.90",
        send_pay_date="2030-01-02 11:04:05",
    )

    report = alipay.query(attempt())

    paid = standing is Standing.PAID
    assert report == Report(
        NUMBER,
        standing,
        TRADE,
        Money(9_990, "CNY") if paid else None,
        datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC) if paid else None,
    )
    assert sent(provider.asked[0], "alipay.trade.query") == {"out_trade_no": NUMBER}


def test_a_trade_that_alipay_does_not_know_is_absent_and_not_failed(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.query", code="40004", sub_code="ACQ.TRADE_NOT_EXIST")

    assert alipay.query(attempt()).standing is Standing.ABSENT


@pytest.mark.parametrize(
    "content",
    [
        {"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"},
        {"code": "20000", "sub_code": "isp.unknow-error"},
        {"out_trade_no": "somebody-elses", "trade_no": TRADE, "trade_status": "TRADE_SUCCESS", "total_amount": "1"},
    ],
)
def test_an_answer_that_says_nothing_about_the_trade_leaves_it_unknown(
    alipay: Alipay, provider: Provider, content: dict[str, str]
) -> None:
    says(provider, "alipay.trade.query", **content)

    with pytest.raises(ChannelUnavailable):
        alipay.query(attempt())


def test_an_answer_with_a_wrong_signature_is_not_believed(alipay: Alipay, provider: Provider) -> None:
    trade = {"out_trade_no": NUMBER, "trade_no": TRADE, "trade_status": "TRADE_SUCCESS", "total_amount": "99.90"}
    says(provider, "alipay.trade.query", sign=signed("{}"), **trade)

    with pytest.raises(ChannelUnavailable):
        alipay.query(attempt())


@pytest.mark.parametrize(("body", "status"), [(b"", 200), (b"<html>", 200), (b"{}", 502)])
def test_an_answer_that_is_none_leaves_everything_unknown(
    alipay: Alipay, provider: Provider, body: bytes, status: int
) -> None:
    provider.answer(body, status)

    with pytest.raises(ChannelUnavailable):
        alipay.query(attempt())


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_trade_is_closed(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.close", out_trade_no=NUMBER, trade_no=TRADE)

    assert alipay.close(attempt()).standing is Standing.CLOSED
    assert sent(provider.asked[0], "alipay.trade.close") == {"out_trade_no": NUMBER}


def test_closing_finds_what_was_paid_meanwhile(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.close", code="40004", sub_code="ACQ.REASON_TRADE_STATUS_INVALID")
    trade = {"out_trade_no": NUMBER, "trade_no": TRADE, "trade_status": "TRADE_SUCCESS", "total_amount": "99.90"}
    says(provider, "alipay.trade.query", **trade)

    assert alipay.close(attempt()).amount == Money(9_990, "CNY")


def test_nothing_is_closed_where_no_buyer_has_begun(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.close", code="40004", sub_code="ACQ.TRADE_NOT_EXIST")
    says(provider, "alipay.trade.query", code="40004", sub_code="ACQ.TRADE_NOT_EXIST")

    assert alipay.close(attempt()).standing is Standing.ABSENT


# ── Refunds ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_refund_names_its_number_and_a_part(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.refund", out_trade_no=NUMBER, trade_no=TRADE, fund_change="Y", refund_fee="5.05")

    assert alipay.refund(attempt(), "rfd_1", Money(505, "CNY"), "broken").state == RefundOutcome.SUCCESS
    assert sent(provider.asked[0], "alipay.trade.refund") == {
        "refund_amount": "5.05",
        "out_trade_no": NUMBER,
        "out_request_no": "rfd_1",
        "refund_reason": "broken",
    }


@pytest.mark.parametrize(
    ("known", "state"),
    [({"out_request_no": "rfd_1", "refund_status": "REFUND_SUCCESS"}, RefundOutcome.SUCCESS), ({}, "PENDING")],
)
def test_a_refund_said_again_is_asked_for(
    alipay: Alipay, provider: Provider, known: dict[str, str], state: str
) -> None:
    says(provider, "alipay.trade.refund", out_trade_no=NUMBER, fund_change="N")
    says(provider, "alipay.trade.fastpay.refund.query", out_trade_no=NUMBER, **known)

    assert alipay.refund(attempt(), "rfd_1", Money(505, "CNY"), "").state == state
    assert sent(provider.asked[1], "alipay.trade.fastpay.refund.query")["out_request_no"] == "rfd_1"


def test_a_refund_that_alipay_will_not_make_fails_with_its_reason(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.refund", code="40004", sub_code="ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")

    outcome = alipay.refund(attempt(), "rfd_1", Money(505, "CNY"), "")

    assert outcome == RefundOutcome(RefundOutcome.FAILED, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")


def test_nobody_knows_of_a_refund_after_an_error_of_the_system(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.refund", code="40004", sub_code="ACQ.SYSTEM_ERROR")

    with pytest.raises(ChannelUnavailable):
        alipay.refund(attempt(), "rfd_1", Money(505, "CNY"), "")


def test_a_refund_that_alipay_never_heard_of_is_absent(alipay: Alipay, provider: Provider) -> None:
    says(provider, "alipay.trade.fastpay.refund.query", out_trade_no=NUMBER)

    assert alipay.query_refund(attempt(), "rfd_1") == RefundOutcome(RefundOutcome.FAILED, "absent")


# ── Notices ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notice_tells_what_was_paid(alipay: Alipay) -> None:
    told = alipay.notice({}, notice())

    assert (told.event_id, told.kind, told.problem) == (
        "2030010200222143005023240567089354",
        "TRADE_SUCCESS",
        "",
    )
    at = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert told.report == Report(NUMBER, Standing.PAID, TRADE, Money(9_990, "CNY"), at)


def test_a_notice_that_somebody_else_signed_is_refused(alipay: Alipay) -> None:
    with pytest.raises(SignatureInvalid):
        alipay.notice({}, notice(key=OURS))


@pytest.mark.parametrize("name", ["total_amount", "out_trade_no", "trade_status", "app_id", "seller_id", "gmt_payment"])
def test_nothing_of_a_notice_can_be_changed(alipay: Alipay, name: str) -> None:
    told = dict(parse_qsl(notice().decode(), keep_blank_values=True))

    with pytest.raises(SignatureInvalid):
        alipay.notice({}, urlencode(told | {name: "1"}).encode())


@pytest.mark.parametrize("change", [{"sign": ""}, {"sign": "a"}, {"sign": "é"}, {"sign_type": "RSA"}])
def test_a_signature_that_is_none_is_refused(alipay: Alipay, change: dict[str, str]) -> None:
    told = dict(parse_qsl(notice().decode(), keep_blank_values=True))

    with pytest.raises(SignatureInvalid):
        alipay.notice({}, urlencode(told | change).encode())


@pytest.mark.parametrize(("name", "problem"), [("app_id", "app"), ("seller_id", "seller")])
def test_a_notice_for_somebody_else_is_recognised(alipay: Alipay, name: str, problem: str) -> None:
    assert alipay.notice({}, notice(**{name: "2021009999999999"})).problem == problem


@pytest.mark.parametrize("amount", ["99.905", "ninety", "", "NaN"])
def test_an_amount_that_is_none_is_refused(alipay: Alipay, amount: str) -> None:
    with pytest.raises(errors.Invalid):
        alipay.notice({}, notice(total_amount=amount))


def test_a_field_that_comes_twice_is_refused(alipay: Alipay) -> None:
    with pytest.raises(errors.Invalid):
        alipay.notice({}, notice() + b"&total_amount=1")
