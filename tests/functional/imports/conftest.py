"""A merchant with files to import, and the functions that do it, fed from their queues as Lambda feeds them.

| fixture | gives                                                                                            |
| ------- | ------------------------------------------------------------------------------------------------ |
| `desk`  | a merchant's desk: `desk.bring_in(Format.CSV, content)`, `desk.products()`, … see `Desk`         |
"""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from mall import config, ids
from mall.auth import Caller
from mall.aws import client
from mall.catalog.categories import store as categories
from mall.catalog.categories.model import Category, Tree
from mall.catalog.categories.template import Attribute, Kind, Value
from mall.catalog.products import service as products
from mall.catalog.products.model import Product
from mall.imports.model import Format
from mall.merchants import service as merchants
from mall.merchants.schemas import NewMerchant
from mall.seen import forget
from tests.fixtures import stacks
from tests.fixtures.buckets import put
from tests.fixtures.gateway import Answer

FOOD, TEA, HOME, OTHER_TEA = (ids.new("cat") for _ in range(4))
PERMISSIONS = frozenset(
    f"imports.{name}"
    for name in ("create_import", "get_import", "list_imports", "create_export", "get_export", "list_exports")
)
_QUEUES = {
    "import-splits": "imports.split_import",
    "import-chunks": "imports.work_chunk",
    "exports": "imports.write_export",
}


def tree() -> Tree:
    """Food > Tea with an option and attributes of every kind, and Home > Tea, which goes by the same name."""
    size = Attribute(
        "size", {"zh-CN": "规格", "en": "Size"}, Kind.ENUM, sku=True, open=True,
        values=(Value("s", {"zh-CN": "小", "en": "Small"}), Value("l", {"zh-CN": "大", "en": "Large"})),
    )  # fmt: skip
    kind = Attribute(
        "tea_kind", {"zh-CN": "茶类", "en": "Kind"}, Kind.ENUM,
        values=(Value("green", {"zh-CN": "绿茶", "en": "Green"}), Value("black", {"zh-CN": "红茶", "en": "Black"})),
    )  # fmt: skip
    year = Attribute("year", {"en": "Year"}, Kind.INTEGER, minimum=1900)
    organic = Attribute("organic", {"en": "Organic"}, Kind.BOOLEAN)
    found = (
        Category(FOOD, None, "food", {"zh-CN": "食品", "en": "Food"}, attributes=(size,)),
        Category(TEA, FOOD, "tea", {"zh-CN": "茶叶", "en": "Tea"}, attributes=(kind, year, organic)),
        Category(HOME, None, "home", {"zh-CN": "家居", "en": "Home"}),
        Category(OTHER_TEA, HOME, "tea", {"zh-CN": "茶具", "en": "Tea"}),
    )
    return Tree({category.id: category for category in found}, revision=1)


@dataclass
class Desk:
    """Where somebody of a merchant works: what they ask for, and what the functions make of it."""

    invoke: Callable[..., Answer]
    run: Callable[..., Any]
    merchant_id: str = field(default_factory=lambda: ids.new("mch", slot=ids.random_slot()))
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def caller(self) -> Caller:
        """Somebody who may import and export."""
        user_id = ids.new("usr", slot=1)
        return Caller(user_id=user_id, merchant_id=self.merchant_id, permissions=PERMISSIONS)

    def ask(self, format: Format, **wanted: Any) -> str:
        """Begin an import; its id."""
        answer = self.invoke("imports.create_import", caller=self.caller, body={"format": format, **wanted})
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def upload(self, import_id: str, content: bytes) -> dict[str, Any]:
        """Put a file where the form of an import would; what S3 tells of it."""
        key = f"uploads/{self.merchant_id}/{import_id}"
        put("imports", key, content)
        etag = client("s3").head_object(Bucket=config.bucket("imports"), Key=key)["ETag"].strip('"')
        return {
            "Records": [
                {
                    "eventSource": "aws:s3",
                    "s3": {
                        "bucket": {"name": config.bucket("imports")},
                        "object": {"key": key, "size": len(content), "eTag": etag},
                    },
                }
            ]
        }

    def bring_in(self, format: Format, content: bytes | str, **wanted: Any) -> dict[str, Any]:
        """A whole import, from asking for it until its end: what the merchant sees of it."""
        import_id = self.ask(format, **wanted)
        self.run("imports.on_import_uploaded", self.upload(import_id, _bytes(content)))
        self.drain()
        return self.see(import_id)

    def lines(self, *documents: dict[str, Any], **wanted: Any) -> dict[str, Any]:
        """A whole import of documents."""
        return self.bring_in(Format.JSONL, "".join(json.dumps(document) + "\n" for document in documents), **wanted)

    def see(self, import_id: str) -> dict[str, Any]:
        """What the merchant sees of an import."""
        answer = self.invoke("imports.get_import", caller=self.caller, path={"import_id": import_id})
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def take_out(self, format: Format) -> bytes:
        """A whole export: the file."""
        answer = self.invoke("imports.create_export", caller=self.caller, body={"format": format})
        assert answer.status == 202, answer.body
        self.drain()
        job = self.invoke("imports.get_export", caller=self.caller, path={"export_id": answer.body["id"]}).body
        assert job["state"] == "finished", job
        key = f"results/{self.merchant_id}/{job['id']}/products.{format}"
        return bytes(client("s3").get_object(Bucket=config.bucket("imports"), Key=key)["Body"].read())

    def errors(self, job: dict[str, Any]) -> list[dict[str, str]]:
        """The rows of an import's file of errors."""
        key = f"results/{self.merchant_id}/{job['id']}/errors.csv"
        text = client("s3").get_object(Bucket=config.bucket("imports"), Key=key)["Body"].read().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def products(self) -> dict[str, Product]:
        """The merchant's products as they were edited last, by external id."""
        found, after = products.newest_of_merchant(self.merchant_id, after=None, limit=100)
        assert after is None
        return {product.external_id: product for product in found}

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take what waits in a queue off it, as the records that Lambda would hand on."""
        url, records = config.queue(queue), []
        while found := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                records.append(record(message["Body"]))
        return records

    def drain(self) -> None:
        """Let the functions work until their queues are empty; what fails comes again, as often as the queue says."""
        waiting = [(queue, one) for queue in _QUEUES for one in self.messages(queue)]
        while waiting:
            queue, one = waiting.pop(0)
            answer = self.run(_QUEUES[queue], {"Records": [one]})
            if answer["batchItemFailures"]:
                again = int(one["attributes"]["ApproximateReceiveCount"]) + 1
                assert again <= 5, "the message is a dead letter"
                one["attributes"]["ApproximateReceiveCount"] = str(again)
                waiting.append((queue, one))
            waiting += [(queue, one) for queue in _QUEUES for one in self.messages(queue)]


def record(body: str, *, count: int = 1) -> dict[str, Any]:
    """A message as Lambda hands it on."""
    return {
        "messageId": ids.new("msg"),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(count)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{stacks.REGION}:{stacks.ACCOUNT}:imports",
        "awsRegion": stacks.REGION,
    }


def tea(external_id: str = "tea", **changes: Any) -> dict[str, Any]:
    """A product as a line of JSON Lines."""
    return {
        "external_id": external_id,
        "name": {"zh-CN": "龙井", "en": "Longjing"},
        "category": TEA,
        "attributes": {"tea_kind": "green", "year": 2030},
        "skus": [
            {"code": f"{external_id}-s", "options": {"size": "s"}, "price": "19.90", "stock": 7},
            {"code": f"{external_id}-l", "options": {"size": "l"}, "price": "39.90", "list_price": "49.90"},
        ],
    } | changes


def sheet(*rows: Sequence[str]) -> str:
    """A sheet of text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


@pytest.fixture
def desk(aws: stacks.Mall, invoke: Callable[..., Answer], run: Callable[..., Any]) -> Desk:
    """The desk of a merchant that sells."""
    forget()
    return opened(Desk(invoke, run))


def opened(desk: Desk, *, kind: str = "self") -> Desk:
    """The desk of a merchant, which is taken in."""
    name = f"shop-{desk.merchant_id[-8:].lower()}"
    merchants.create(NewMerchant(id=desk.merchant_id, kind=kind, name={"en": "Shop"}, slug=name))
    categories.publish(tree(), [FOOD, TEA, HOME, OTHER_TEA])
    return desk
