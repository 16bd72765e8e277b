"""The ways to pay that are offered."""

from collections.abc import Callable, Iterator

import pytest

from tests.fixtures import channels
from tests.fixtures.gateway import Answer


@pytest.fixture(autouse=True)
def _secrets(aws: object) -> Iterator[None]:
    for name in ("stripe", "alipay", "wechatpay"):
        channels.take(name)
    yield
    channels.take("alipay")
    channels.take("stripe")


def offered(invoke: Callable[..., Answer], **query: str) -> list[str]:
    answer = invoke("payments.list_channels", query=query)
    assert answer.status == 200
    return [item["channel"] for item in answer.body["items"]]


def test_a_channel_without_its_secret_is_not_offered(invoke: Callable[..., Answer]) -> None:
    assert offered(invoke) == ["sandbox"]


def test_a_channel_is_offered_with_its_secret_and_tells_how_it_is_paid(invoke: Callable[..., Answer]) -> None:
    channels.open_alipay()

    answer = invoke("payments.list_channels")

    assert answer.body["items"] == [
        {"channel": "sandbox", "methods": ["page"]},
        {"channel": "alipay", "methods": ["page", "wap", "qr"]},
    ]
    assert answer.headers["cache-control"] == "public, max-age=60"


@pytest.mark.parametrize("secret", ["", "not JSON", "[]", {"api_key": "sk_test_1"}])
def test_a_channel_whose_secret_is_not_complete_is_not_offered(invoke: Callable[..., Answer], secret: object) -> None:
    if secret == "":
        secret = {}
    channels.give("stripe", secret)

    assert offered(invoke) == ["sandbox"]


def test_only_channels_that_take_the_currency_are_offered(invoke: Callable[..., Answer]) -> None:
    channels.open_alipay()

    assert offered(invoke, currency="USD") == ["sandbox"]
    assert offered(invoke, currency="CNY") == ["sandbox", "alipay"]


def test_a_channel_that_is_not_configured_is_not_offered_whatever_its_secret(
    monkeypatch: pytest.MonkeyPatch, aws: object
) -> None:
    from mall.payments.offers import service

    channels.open_alipay()
    monkeypatch.setenv("MALL_PAYMENT_CHANNELS", "alipay, paypal")

    assert [offer.name for offer in service.offered()] == ["alipay"]
