"""A channel's secret, which may not be there: then the channel is not offered."""

import json
import time
from collections.abc import Callable
from typing import Any

from mall.observability import logger
from mall.payments.model import NoSuchChannel

# A secret that was missing is looked for again after a while: it may have been added meanwhile.
_AGAIN_SECONDS = 60
_missing: dict[str, float] = {}


def secret(read: Callable[[], str], name: str) -> str:
    """What `read` gives. Raises NoSuchChannel when there is no such secret."""
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


def settings(read: Callable[[], str], name: str, fields: tuple[str, ...]) -> dict[str, Any]:
    """The secret as a JSON object with `fields`. Raises NoSuchChannel without it, and for one that lacks any."""
    text = secret(read, name)
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
