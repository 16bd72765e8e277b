"""How many units DynamoDB bills for a request, from the request and the items as moto holds them.

A write unit is 1 KiB of an item, a read unit 4 KiB, half as much where the read may be stale; a transaction counts
twice. An item in a global index is written there as well: counted for every index that has it, though one whose
attributes did not change is not billed.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend

from tests.fixtures import stacks

_WRITES = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}


@dataclass(frozen=True)
class Units:
    """What a request costs."""

    read: float = 0
    write: float = 0

    def __add__(self, other: "Units") -> "Units":
        return Units(self.read + other.read, self.write + other.write)


def before(operation: str, body: Mapping[str, Any]) -> dict[str, int]:
    """How large the items are that the request is about to write, since a deletion leaves nothing to measure."""
    return {_name(action): _size_of(action) for _, action in _actions(operation, body)}


def of(operation: str, body: Mapping[str, Any], answer: Mapping[str, Any], sizes: Mapping[str, int]) -> Units:
    """What an answered request costs; `sizes` is what `before` said. Raises KeyError for what it cannot rate."""
    if operation in {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}:
        return Units(read=_read(operation, body, answer))
    if operation not in {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}:
        raise KeyError(operation)
    times = 2 if operation == "TransactWriteItems" else 1
    units = 0
    for kind, action in _actions(operation, body):
        size = max(sizes.get(_name(action), 0), _size_of(action), 1)
        copies = 0 if kind == "ConditionCheck" else _indexes(action)
        units += math.ceil(size / 1024) * (times + copies)
    return Units(write=units)


def _read(operation: str, body: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    def units(size: int, consistent: bool) -> float:
        return max(1, math.ceil(size / 4096)) * (1 if consistent else 0.5)

    match operation:
        case "GetItem":
            return units(_json(answer.get("Item")), body.get("ConsistentRead", False))
        case "TransactGetItems":
            return sum(2 * units(_json(found.get("Item")), True) for found in answer["Responses"])
        case "BatchGetItem":
            total = 0.0
            for table, wanted in body["RequestItems"].items():
                found = answer.get("Responses", {}).get(table, [])
                consistent = wanted.get("ConsistentRead", False)
                total += sum(units(_json(item), consistent) for item in found)
                total += (len(wanted["Keys"]) - len(found)) * units(0, consistent)
            return total
    return units(_json(answer.get("Items")), body.get("ConsistentRead", False))


def _actions(operation: str, body: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return [(operation.removesuffix("Item"), body)]
        case "TransactWriteItems":
            return [next(iter(action.items())) for action in body["TransactItems"]]
        case "BatchWriteItem":
            return [
                (kind.removesuffix("Request"), {"TableName": table, **request})
                for table, requests in body["RequestItems"].items()
                for entry in requests
                for kind, request in entry.items()
            ]
    return []


def _size_of(action: Mapping[str, Any]) -> int:
    """How large the item is now."""
    item = _item(action)
    return 0 if item is None else _json(item.to_json()["Attributes"])


def _indexes(action: Mapping[str, Any]) -> int:
    """In how many global indexes the item is."""
    held = {**action.get("Key", {}), **action.get("Item", {})}
    item = _item(action)
    if item is not None:
        held |= item.to_json()["Attributes"]
    return sum(all(key["AttributeName"] in held for key in index.schema) for index in _table(action).global_indexes)


def _item(action: Mapping[str, Any]) -> Any:
    from moto.dynamodb.models.dynamo_type import DynamoType

    table = _table(action)
    key = action.get("Key") or action["Item"]
    sort = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
    return table.get_item(DynamoType(key[table.hash_key_attr]), sort)


def _table(action: Mapping[str, Any]) -> Any:
    name = action["TableName"].rpartition("/")[2]
    return get_backend("dynamodb")[stacks.ACCOUNT][stacks.REGION].tables[name]


def _name(action: Mapping[str, Any]) -> str:
    table = _table(action)
    key = action.get("Key") or action["Item"]
    return json.dumps([action["TableName"], key[table.hash_key_attr], key.get(table.range_key_attr)], sort_keys=True)


def _json(item: Any) -> int:
    """About the size of an item: names and values, without what JSON adds to each (`{"S":…},`)."""
    if not item:
        return 0
    text = json.dumps(item, separators=(",", ":"), ensure_ascii=False)
    return max(1, len(text.encode()) - 9 * text.count('":{"'))
