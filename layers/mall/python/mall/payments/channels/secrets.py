"""The channels' secrets. One that is not there, or not complete, leaves its channel out."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from mall import config
from mall.observability import logger
from mall.payments.model import NoSuchChannel

# A secret that was missing is looked for again after a while: it may have been added meanwhile.
_AGAIN_SECONDS = 60
_missing: dict[str, float] = {}
# How each is read, and which fields its JSON object needs; without fields, it is a key as it stands.
_SECRETS: Mapping[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "sandbox": (lambda: config.secret("payment-sandbox"), ()),
    "stripe": (lambda: config.secret("payment-stripe"), ("api_key", "webhook_secret")),
    "alipay": (
        lambda: config.secret("payment-alipay"),
        ("app_id", "seller_id", "private_key", "alipay_public_key"),
    ),
    "wechatpay": (
        lambda: config.secret("payment-wechatpay"),
        ("mchid", "appid", "private_key", "cert_serial_no", "apiv3_key", "public_key", "public_key_id"),
    ),
}


def given(name: str) -> dict[str, Any]:
    """What the secret of the channel `name` says, or {"key": …}. Raises NoSuchChannel without a complete one."""
    read, fields = _SECRETS[name]
    text = _read(name, read)
    if not fields:
        return {"key": text}
    try:
        found: dict[str, Any] = json.loads(text)
        lacking = [field for field in fields if not found.get(field)]
    except (ValueError, AttributeError):
        found, lacking = {}, list(fields)
    if lacking:
        # Never the secret itself, and never the whole mall for one channel.
        logger.error("secret of a channel is not complete", channel=name, lacking=lacking)
        raise NoSuchChannel
    return found


def forget() -> None:
    """Look for every secret again. For tests."""
    _missing.clear()


def _read(name: str, read: Callable[[], str]) -> str:
    from botocore.exceptions import ClientError  # noqa: PLC0415  (imported by whoever made the client anyway)

    if time.monotonic() < _missing.get(name, 0):
        raise NoSuchChannel
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ResourceNotFoundException", "InvalidRequestException"}:
            raise
        _missing[name] = time.monotonic() + _AGAIN_SECONDS
        raise NoSuchChannel from None
