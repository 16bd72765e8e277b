"""Stock and its journal in DynamoDB."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from mall import aws, config, reading
from mall.inventory.model import Movement, Reservation, Stock, names_of
from mall.inventory.writing import (
    HELD_SHARDS,
    Action,
    Item,
    counter_id,
    moment,
    movement_of,
    movements_of,
    number,
    reservation_of,
    stock_of,
    text,
)

MOST_ACTIONS = 100
_READINGS = 8
FAILED, CONFLICT = "ConditionalCheckFailed", "TransactionConflict"
# What passes by itself, as far as a transaction's reasons go.
_PASSING = {CONFLICT, "ProvisionedThroughputExceeded", "ThrottlingError"}
# And where the whole call is refused for it.
_PASSING_CALLS = {"TransactionConflictException", "ProvisionedThroughputExceededException", "ThrottlingException"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an action kept its transaction from happening; `item` is what was there, if anything."""

    code: str
    item: Item = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether it found something else than it expected."""
        return self.code == FAILED

    @property
    def passing(self) -> bool:
        """Whether the same may work a moment later."""
        return self.code in _PASSING


NONE = Reason("None")


def transact(actions: Sequence[Action]) -> list[Reason] | None:
    """Do all of the actions, at most 100, or none: None when they happened, otherwise the reason of each."""
    try:
        client().transact_write_items(TransactItems=list(actions))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _PASSING_CALLS:
            return [Reason(CONFLICT)] * len(actions)
        if code != "TransactionCanceledException":
            raise
        found: Any = error.response.get("CancellationReasons", [])
        reasons = [Reason(one.get("Code", "None"), one.get("Item") or {}) for one in found]
        if not any(reason.failed or reason.passing for reason in reasons):
            raise
        return reasons
    return None


def load_many(sku_ids: Iterable[str]) -> dict[str, Stock]:
    """The stock of those of the SKUs that there are; of a divided SKU, its own item's counters only."""
    return found_in(read("stock", keys_of(sku_ids)))


def keys_of(sku_ids: Iterable[str]) -> list[Item]:
    """The keys by which `load_many` reads; nothing for what is no id of a SKU, but of a part of one, say."""
    return [{"id": text(sku_id)} for sku_id in sorted(set(sku_ids)) if sku_id and "#" not in sku_id]


def found_in(items: Iterable[Item]) -> dict[str, Stock]:
    """What `load_many` makes of what it read."""
    return {item["id"]["S"]: stock_of(item["id"]["S"], [item]) for item in items}


def load_whole(stocks: Iterable[Stock]) -> dict[str, Stock]:
    """The same of divided SKUs with all their buckets; what moves between buckets meanwhile may be missed."""
    divided = {stock.sku_id: stock for stock in stocks if stock.buckets > 1}
    keys = [{"id": text(counter_id(stock.sku_id, bucket))} for stock in divided.values() for bucket in stock.names]
    items: dict[str, list[Item]] = {}
    for item in read("stock", keys):
        items.setdefault(item["id"]["S"].partition("#")[0], []).append(item)
    return {sku_id: stock_of(sku_id, items.get(sku_id, ())) for sku_id in divided}


def load_exactly(sku_id: str, seen: Stock | None = None, *, tries: int = _READINGS) -> Stock | None:
    """All counters of a SKU as they were at one moment; None when others change them all the time.

    `seen` is an earlier sight of a divided SKU, which saves a reading.
    """
    for _ in range(tries):
        if seen is None:
            seen = load_many([sku_id]).get(sku_id) or Stock(sku_id)
            if seen.buckets == 1:
                return seen
        items = _at_once([{"id": text(counter_id(sku_id, bucket))} for bucket in seen.names])
        if items is None:
            continue
        found = stock_of(sku_id, items)
        if (found.epoch, found.buckets) == (seen.epoch, seen.buckets) and len(items) == len(found.names):
            return replace(found, exact=True)
        seen = None
    return None


def warehouse_orders(merchant_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The warehouses of those of the merchants that have several, the preferred one first."""
    found = read("stock", [{"id": text(f"warehouses#{merchant_id}")} for merchant_id in sorted(set(merchant_ids))])
    return {item["id"]["S"].partition("#")[2]: tuple(item["line"]["S"].split()) for item in found}


def reservations(order_id: str) -> list[Reservation]:
    """What an order holds or held."""
    return [reservation_of(item) for item in query("stock_journal", order_id)]


def held_since_before(until: datetime) -> Iterator[tuple[str, str, str]]:
    """Order, SKU and user of what is held although it might be no longer than `until`."""
    for shard in range(HELD_SHARDS):
        asked: dict[str, Any] = {
            "TableName": config.table("stock_journal"),
            "IndexName": "overdue",
            "KeyConditionExpression": "held = :shard AND #until < :until",
            "ExpressionAttributeNames": {"#until": "until"},
            "ExpressionAttributeValues": {":shard": text(f"held#{shard}"), ":until": text(moment(until))},
        }
        for item in _pages(asked):
            yield item["pk"]["S"], item["sk"]["S"], item["user_id"]["S"]


def movements(sku_id: str, *, after: str = "") -> Iterator[Movement]:
    """The movements of a SKU after that with the id `after`, those at each bucket in their order."""
    stock = load_many([sku_id]).get(sku_id)
    for bucket in names_of(0, stock.widest if stock else 1):
        for item in query("stock_journal", movements_of(sku_id, bucket), after=after):
            yield movement_of(item)


def heat(sku_id: str, conflicts: int, now: int, *, window: int) -> int:
    """Count how often buyers of a SKU got in each other's way, and say how often that was in this window."""
    answer = client().update_item(
        TableName=config.table("stock_journal"),
        Key={"pk": text(f"heat#{sku_id}"), "sk": text(f"{now - now % window:012d}")},
        UpdateExpression="ADD conflicts :more SET #ttl = :ttl",
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={":more": number(conflicts), ":ttl": number(now + 86_400)},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["conflicts"]["N"])


def last_heat(sku_id: str) -> int:
    """When buyers of a SKU last got in each other's way, in seconds; 0 if that is long ago."""
    return max((int(item["sk"]["S"]) for item in query("stock_journal", f"heat#{sku_id}")), default=0)


def divided() -> list[str]:
    """The SKUs whose counters are divided."""
    return [item["sk"]["S"] for item in query("stock_journal", "split")]


def read(table: str, keys: Sequence[Item]) -> list[Item]:
    """Items by their keys, as they are now."""
    return reading.items({table: keys})[table]


def _at_once(keys: Sequence[dict[str, Any]]) -> list[Item] | None:
    """Items as they were at one moment, None when somebody is changing them."""
    name = config.table("stock")
    try:
        answer = client().transact_get_items(TransactItems=[{"Get": {"TableName": name, "Key": key}} for key in keys])
    except ClientError as error:
        if error.response["Error"]["Code"] in {"TransactionCanceledException", *_PASSING_CALLS}:
            return None
        raise
    return [found["Item"] for found in answer["Responses"] if found.get("Item")]


def query(table: str, pk: str, *, after: str = "") -> Iterator[Item]:
    """The items of a partition, those with a sort key after `after`, in their order."""
    asked: dict[str, Any] = {
        "TableName": config.table(table),
        "KeyConditionExpression": "pk = :pk AND sk > :after" if after else "pk = :pk",
        "ExpressionAttributeValues": {":pk": text(pk)} | ({":after": text(after)} if after else {}),
        "ConsistentRead": True,
    }
    return _pages(asked)


def _pages(asked: dict[str, Any]) -> Iterator[Item]:
    while True:
        answer = client().query(**asked)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def client() -> Any:
    """The client of DynamoDB."""
    return aws.client("dynamodb")
