"""The table `restock_notices`: an item for each SKU that somebody waits for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from mall import config
from mall.events import Event, outbox_put
from mall.inventory import store
from mall.inventory.notices.model import Notice
from mall.inventory.writing import moment, text, time_of

# With the event that tells of them, as many as fit into a transaction.
AT_ONCE = store.MOST_ACTIONS - 1


def add(notice: Notice) -> Notice:
    """Remember that somebody waits; one that was there before stays as it was."""
    try:
        store.client().put_item(
            TableName=config.table("restock_notices"),
            Item={
                "sku_id": text(notice.sku_id),
                "user_id": text(notice.user_id),
                "product_id": text(notice.product_id),
                "at": text(moment(notice.at)),
            },
            ConditionExpression="attribute_not_exists(sku_id)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return _notice(error.response["Item"])  # type: ignore[typeddict-item]
    return notice


def remove(user_id: str, sku_id: str) -> None:
    """Nobody of that name waits any longer; nor if nobody did."""
    store.client().delete_item(
        TableName=config.table("restock_notices"), Key={"sku_id": text(sku_id), "user_id": text(user_id)}
    )


def count(user_id: str, *, most: int) -> int:
    """For how many SKUs somebody waits, as far as `most`."""
    answer = store.client().query(
        TableName=config.table("restock_notices"),
        IndexName="of_user",
        KeyConditionExpression="user_id = :user",
        ExpressionAttributeValues={":user": text(user_id)},
        Select="COUNT",
        Limit=most,
    )
    return int(answer["Count"])


def of_user(user_id: str, *, limit: int, after: str = "") -> tuple[list[Notice], str | None]:
    """A page of what somebody waits for, and after which SKU the next begins."""
    answer = store.client().query(
        TableName=config.table("restock_notices"),
        IndexName="of_user",
        KeyConditionExpression="user_id = :user" + (" AND sku_id > :after" if after else ""),
        ExpressionAttributeValues={":user": text(user_id)} | ({":after": text(after)} if after else {}),
        Limit=limit,
    )
    found = [_notice(item) for item in answer["Items"]]
    return found, found[-1].sku_id if "LastEvaluatedKey" in answer else None


def waiting(sku_id: str) -> Iterator[list[str]]:
    """Who waits for a SKU, as many at once as can be told of at once."""
    while True:
        answer = store.client().query(
            TableName=config.table("restock_notices"),
            KeyConditionExpression="sku_id = :sku",
            ExpressionAttributeValues={":sku": text(sku_id)},
            ConsistentRead=True,
            Limit=AT_ONCE,
        )
        if not answer["Items"]:
            return
        # Who was told of is gone, so the next begin at the beginning.
        yield [item["user_id"]["S"] for item in answer["Items"]]


def tell(sku_id: str, user_ids: Sequence[str], event: Event) -> bool:
    """Tell of these people and let them wait no longer; False where that has to be tried again."""
    gone = [
        {
            "Delete": {
                "TableName": config.table("restock_notices"),
                "Key": {"sku_id": text(sku_id), "user_id": text(user_id)},
            }
        }
        for user_id in user_ids
    ]
    return store.transact([outbox_put(event), *gone]) is None


def _notice(item: Mapping[str, Any]) -> Notice:
    return Notice(item["user_id"]["S"], item["sku_id"]["S"], item["product_id"]["S"], time_of(item["at"]["S"]))
