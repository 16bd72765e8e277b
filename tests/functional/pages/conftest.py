"""A small shop whose pages are published into the bucket of the test.

| fixture | gives                                                                                         |
| ------- | --------------------------------------------------------------------------------------------- |
| `shop`  | a shop that may be changed                                                                    |
| `press` | `press()`: a new run of rendering from that shop                                              |
| `site`  | what readers would find: `site.read("/p/…/", "br")`, `site.status(…)`, `site.keys()`           |
| `counted` | `counted()`: how often AWS was called since it was asked last, by operation                   |
| `queue` | what is asked for: `queue.pages()` takes the messages, `queue.late` tells how late they were due   |
"""

import gzip
import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import boto3
import brotli
import pytest
from botocore.model import OperationModel

from mall import clock, config
from mall.aws import client
from mall.pages import templates
from mall.pages.model import PageId, key_of
from mall.pages.press import Press
from tests.fixtures import stacks
from tests.functional.pages.small_shop import ORIGIN, TEMPLATES, SmallShop

_DECODED: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gz": gzip.decompress, "br": brotli.decompress}


class Site:
    """The bucket, as the edge reads it."""

    def __init__(self) -> None:
        self._s3, self._bucket = boto3.client("s3"), config.bucket("site")

    def object(self, path: str, encoding: str = "") -> dict[str, Any]:
        """The object that shows a path."""
        key = key_of(path) + (f".{encoding}" if encoding else "")
        found: dict[str, Any] = self._s3.get_object(Bucket=self._bucket, Key=key)
        return found

    def read(self, path: str, encoding: str = "") -> str:
        """The text at a path."""
        return _DECODED[encoding](self.object(path, encoding)["Body"].read()).decode()

    def status(self, path: str) -> int:
        """What a path is answered with; 0 when nothing is there."""
        if key_of(path) not in self.keys():
            return 0
        return int(self.object(path)["Metadata"].get("status", 200))

    def keys(self) -> set[str]:
        """Everything in the bucket."""
        return {item["Key"] for item in self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", [])}


class Queue:
    """The messages to those who render."""

    def __init__(self, name: str = "pages") -> None:
        self._sqs, self._name = client("sqs"), name

    def messages(self) -> list[dict[str, Any]]:
        """Take all that is there, however late it is due."""
        from moto.backends import get_backend

        waiting = get_backend("sqs")[stacks.ACCOUNT][stacks.REGION].queues[config.queue(self._name).rpartition("/")[2]]
        taken = [
            (json.loads(one.body), round((one.delayed_until - one.sent_timestamp) / 1000)) for one in waiting._messages
        ]
        waiting._messages.clear()
        self.late = sorted({late for _, late in taken if late})
        return [body for body, _ in taken]

    def pages(self) -> list[str]:
        """Take all pages that are asked for."""
        return sorted(message["page"] for message in self.messages())


@pytest.fixture
def shop(aws: stacks.Mall) -> SmallShop:
    """A shop that sells one tea."""
    return SmallShop.open()


@pytest.fixture
def press(shop: SmallShop) -> Callable[[], Press]:
    """A new run each time it is called."""
    return lambda: Press(templates.of(TEMPLATES), shop, origin=ORIGIN, started=clock.now())


@pytest.fixture
def site(aws: stacks.Mall) -> Site:
    """What readers find."""
    return Site()


@pytest.fixture
def queue(aws: stacks.Mall) -> Queue:
    """What is asked for."""
    return Queue()


def page(text: str) -> PageId:
    """A page by name."""
    return PageId.of(text)


@pytest.fixture
def counted(caplog: pytest.LogCaptureFixture) -> Callable[[], Counter[str]]:
    """`counted()`: the calls of AWS since it was called last, by operation, as botocore logs them."""
    caplog.set_level(logging.DEBUG, "botocore.endpoint")

    def since() -> Counter[str]:
        made = [record.args for record in caplog.records if record.msg.startswith("Making request for ")]
        caplog.clear()
        return Counter(args[0].name for args in made if isinstance(args, tuple) and isinstance(args[0], OperationModel))

    return since
