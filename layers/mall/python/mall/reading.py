"""Reading items of DynamoDB by their keys, as they are now; those of several tables in one call.

    live, counters = {"id": {"S": "prd_1"}, "part": {"S": "live"}}, {"id": {"S": "sku_1"}}
    found = reading.items({"products": [live], "stock": [counters]})
    found["stock"][0]["id"]["S"]

Tables go by the names that `mall.config.table` knows, keys and items are in DynamoDB's own notation.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from mall import aws, config

Item = Mapping[str, Mapping[str, Any]]
_MOST = 100


def one(table: str, key: Item) -> Item | None:
    """One item, None where there is none."""
    found = aws.client("dynamodb").get_item(TableName=config.table(table), Key=key, ConsistentRead=True)
    item: Item | None = found.get("Item")
    return item


def items(wanted: Mapping[str, Sequence[Item]]) -> dict[str, list[Item]]:
    """The items of each table that there are, in no order; a hundred of them a call. No key may be wanted twice."""
    logical = {config.table(table): table for table in wanted}
    found: dict[str, list[Item]] = {table: [] for table in wanted}
    keys = ((name, key) for name, table in logical.items() for key in wanted[table])
    while some := list(islice(keys, _MOST)):
        left: Any = {}
        for name, key in some:
            left.setdefault(name, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        while left:
            answer = aws.client("dynamodb").batch_get_item(RequestItems=left)
            for name, read in answer["Responses"].items():
                found[logical[name]] += read
            left = answer.get("UnprocessedKeys")
    return found
