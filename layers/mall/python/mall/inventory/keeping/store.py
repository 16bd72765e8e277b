"""A merchant's warehouses, the lists of what lies in them, and of what happened to it."""

import json
from heapq import nlargest
from typing import Any

from botocore.exceptions import ClientError

from mall import config
from mall.inventory import store
from mall.inventory.keeping.model import Warehouse, Warehouses, WarehousesChanged
from mall.inventory.model import Movement, Stock, names_of
from mall.inventory.writing import movement_of, movements_of, number, text


def warehouses(merchant_id: str) -> Warehouses:
    """A merchant's warehouses; who never said anything of them has one."""
    for item in store.read("stock", [{"id": text(_id(merchant_id))}]):
        all = tuple(Warehouse(**one) for one in json.loads(item["body"]["S"]))
        return Warehouses(merchant_id, all, int(item["version"]["N"]))
    return Warehouses(merchant_id)


def save(after: Warehouses) -> None:
    """Keep changed warehouses. Raises WarehousesChanged when they are no longer as they were before the change."""
    all = [{"id": one.id, "name": one.name, "priority": one.priority} for one in after.all]
    try:
        store.client().put_item(
            TableName=config.table("stock"),
            Item={
                "id": text(_id(after.merchant_id)),
                "body": text(json.dumps(all, ensure_ascii=False)),
                "line": text(" ".join(one.id for one in after.all)),
                "version": number(after.version + 1),
            },
            ConditionExpression="attribute_not_exists(id) OR version = :version",
            ExpressionAttributeValues={":version": number(after.version)},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        raise WarehousesChanged from None


def of_merchant(merchant_id: str, *, limit: int, after: str) -> tuple[list[str], str | None]:
    """A page of a merchant's SKUs, and after which of them the next begins."""
    answer = store.client().query(
        TableName=config.table("stock"),
        IndexName="of_merchant",
        KeyConditionExpression="#owner = :owner" + (" AND id > :after" if after else ""),
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues={":owner": text(merchant_id)} | ({":after": text(after)} if after else {}),
        Limit=limit,
    )
    return _page([item["id"]["S"] for item in answer["Items"]], answer)


def low_of_merchant(merchant_id: str, *, limit: int, after: str) -> tuple[list[str], str | None]:
    """The same of those that are low or out, as it was last told."""
    answer = store.client().query(
        TableName=config.table("stock_journal"),
        IndexName="low",
        KeyConditionExpression="low_of = :owner" + (" AND pk > :after" if after else ""),
        ExpressionAttributeValues={":owner": text(merchant_id)} | ({":after": text(f"level#{after}")} if after else {}),
        Limit=limit,
    )
    return _page([item["pk"]["S"].partition("#")[2] for item in answer["Items"]], answer)


def set_threshold(stock: Stock, low: int | None) -> None:
    """From how many on a SKU is low; None is what counts for everybody."""
    asked: dict[str, Any] = {"UpdateExpression": "REMOVE low"}
    values = {":owner": text(stock.merchant_id)}
    if low is not None:
        asked = {"UpdateExpression": "SET low = :low"}
        values[":low"] = number(low)
    store.client().update_item(
        TableName=config.table("stock"),
        Key={"id": text(stock.sku_id)},
        ConditionExpression="#owner = :owner",
        ExpressionAttributeNames={"#owner": "owner"},
        ExpressionAttributeValues=values,
        **asked,
    )


def movements(stock: Stock, *, limit: int, after: str) -> tuple[list[Movement], str | None]:
    """A page of a SKU's movements, the latest first, and the last of them where there are more."""
    found: list[Movement] = []
    for bucket in names_of(0, stock.widest):
        answer = store.client().query(
            TableName=config.table("stock_journal"),
            KeyConditionExpression="pk = :pk" + (" AND sk < :after" if after else ""),
            ExpressionAttributeValues={":pk": text(movements_of(stock.sku_id, bucket))}
            | ({":after": text(after)} if after else {}),
            ScanIndexForward=False,
            Limit=limit + 1,
        )
        found += [movement_of(item) for item in answer["Items"]]
    latest = nlargest(limit + 1, found, key=lambda movement: movement.id)
    return latest[:limit], latest[limit - 1].id if len(latest) > limit else None


def _page(sku_ids: list[str], answer: Any) -> tuple[list[str], str | None]:
    return sku_ids, sku_ids[-1] if sku_ids and "LastEvaluatedKey" in answer else None


def _id(merchant_id: str) -> str:
    return f"warehouses#{merchant_id}"
