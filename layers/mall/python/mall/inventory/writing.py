"""Changes of stock as actions of TransactWriteItems, and items as what they mean, in DynamoDB's own notation.

Not PynamoDB's: whoever buys waits for this, and neither its import nor its models are needed for it.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from mall import config
from mall.inventory.model import OWN, Counter, Kind, Movement, Part, Reservation, State, Stock

Action = dict[str, Any]
Item = Mapping[str, Mapping[str, Any]]

HELD_SHARDS = 8
_AVAILABLE, _RESERVED = "a_", "r_"


def counter_id(sku_id: str, bucket: str) -> str:
    """The id of the item in which a bucket's counters are."""
    return f"{sku_id}#{bucket}" if bucket else sku_id


def change(
    sku_id: str,
    bucket: str,
    changes: Mapping[str, Counter],
    *,
    conditions: Iterable[str] = (),
    set: Mapping[str, Any] | None = None,
    remove: Iterable[str] = (),
    values: Mapping[str, Any] | None = None,
) -> Action:
    """Change a bucket's counters by so much a warehouse, on the condition that none falls below nothing.

    `set` are attributes that it gets besides, `remove` those that it loses; `conditions` may name attributes as
    `#<name>` and `values` as `:<name>`.
    """
    names: dict[str, str] = {"#v": "v"}
    known: dict[str, Any] = {":one": number(1)}
    added, checked = ["#v :one"], list(conditions)
    for position, (warehouse, by) in enumerate(sorted(changes.items())):
        for prefix, delta in ((_AVAILABLE, by.available), (_RESERVED, by.reserved)):
            if not delta:
                continue
            mark = f"{prefix[0]}{position}"
            names[f"#{mark}"], known[f":{mark}"] = prefix + warehouse, number(delta)
            added.append(f"#{mark} :{mark}")
            if delta < 0:
                known[f":least_{mark}"] = number(-delta)
                checked.append(f"#{mark} >= :least_{mark}")
    expression = f"ADD {', '.join(added)}"
    if set:
        names |= {f"#{name}": name for name in set}
        known |= {f":new_{name}": value for name, value in set.items()}
        expression = f"SET {', '.join(f'#{name} = :new_{name}' for name in set)} {expression}"
    if not any(":least_" in condition for condition in checked):
        checked.append("attribute_exists(#v)")
    gone = list(remove)
    if gone:
        names |= {f"#{name}": name for name in gone}
        expression += f" REMOVE {', '.join(f'#{name}' for name in gone)}"
    for condition in checked:
        names |= {word: word[1:] for word in _marks(condition, "#") if word not in names}
    action = {
        "TableName": config.table("stock"),
        "Key": {"id": text(counter_id(sku_id, bucket))},
        "UpdateExpression": expression,
        "ConditionExpression": " AND ".join(checked),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": known | dict(values or {}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return {"Update": action}


def _marks(expression: str, sign: str) -> list[str]:
    return [word.strip("(),") for word in expression.replace("(", " ").split() if word.startswith(sign)]


def opening_put(merchant_id: str, product_id: str, movement: Movement) -> Action:
    """The item of a SKU that had none, with what its first movement brings."""
    item = {
        "id": text(movement.sku_id),
        "owner": text(merchant_id),
        "product_id": text(product_id),
        f"{_AVAILABLE}{movement.warehouse}": number(movement.on_hand),
        f"{_RESERVED}{movement.warehouse}": number(0),
        "v": number(1),
        "adjusted": text(movement.id),
    }
    return put("stock", item, key="id")


def bucket_put(sku_id: str, bucket: str, counters: Mapping[str, int]) -> Action:
    """A new bucket, with so many in each warehouse."""
    item = {"id": text(counter_id(sku_id, bucket)), "v": number(1)}
    item |= {f"{_AVAILABLE}{warehouse}": number(quantity) for warehouse, quantity in counters.items()}
    return put("stock", item, key="id")


def bucket_delete(sku_id: str, bucket: str, version: int) -> Action:
    """Remove a bucket that is as it was seen."""
    return {
        "Delete": {
            "TableName": config.table("stock"),
            "Key": {"id": text(counter_id(sku_id, bucket))},
            "ConditionExpression": "v = :v",
            "ExpressionAttributeValues": {":v": number(version)},
        }
    }


def split_delete(sku_id: str) -> Action:
    """Remember no longer that a SKU is divided."""
    return {"Delete": {"TableName": config.table("stock_journal"), "Key": {"pk": text("split"), "sk": text(sku_id)}}}


def put(table: str, item: Mapping[str, Any], *, key: str | None) -> Action:
    """Put an item; on the condition that there is none, where `key` names an attribute of its key."""
    action: Action = {"TableName": config.table(table), "Item": dict(item)}
    if key:
        action["ConditionExpression"] = f"attribute_not_exists({key})"
        action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {"Put": action}


def reservation_put(reservation: Reservation) -> Action:
    """A new reservation."""
    item: dict[str, Any] = {
        "pk": text(reservation.order_id),
        "sk": text(reservation.sku_id),
        "trade_id": text(reservation.trade_id),
        "user_id": text(reservation.user_id),
        "quantity": number(reservation.quantity),
        "parts": text(json.dumps([[part.bucket, part.warehouse, part.quantity] for part in reservation.parts])),
        "state": text(reservation.state.value),
        "until": text(moment(reservation.until)),
        "held": text(held_shard(reservation.order_id)),
    }
    if reservation.limited:
        item["limited"] = {"BOOL": True}
    return put("stock_journal", item, key="pk")


def reservation_update(
    reservation: Reservation,
    expression: str,
    condition: str,
    *,
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Action:
    """A change of a reservation that is as the condition says."""
    return {
        "Update": {
            "TableName": config.table("stock_journal"),
            "Key": {"pk": text(reservation.order_id), "sk": text(reservation.sku_id)},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": dict(names or {}),
            "ExpressionAttributeValues": dict(values or {}),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def reservation_delete(reservation: Reservation) -> Action:
    """Forget a reservation that is still held."""
    return {
        "Delete": {
            "TableName": config.table("stock_journal"),
            "Key": {"pk": text(reservation.order_id), "sk": text(reservation.sku_id)},
            "ConditionExpression": "#state = :held",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":held": text(State.HELD.value)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def share(user_id: str, sku_id: str, by: int, *, most: int | None = None) -> Action:
    """Count what somebody holds or has bought of a SKU with a limit; `most` is how many it may be before."""
    condition = "attribute_exists(pk)" if most is None else "attribute_not_exists(bought) OR bought <= :most"
    values = {":by": number(by)} | ({} if most is None else {":most": number(most)})
    return {
        "Update": {
            "TableName": config.table("stock_journal"),
            "Key": {"pk": text(f"usr#{user_id}"), "sk": text(sku_id)},
            "UpdateExpression": "ADD bought :by",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def movement_put(movement: Movement, bucket: str = OWN) -> Action:
    """A movement, which is written once and never changed."""
    item = {
        "pk": text(movements_of(movement.sku_id, bucket)),
        "sk": text(movement.id),
        "kind": text(movement.kind.value),
        "warehouse": text(movement.warehouse),
        "on_hand": number(movement.on_hand),
        "reserved": number(movement.reserved),
        "at": text(moment(movement.at)),
    }
    item |= {name: text(said) for name in ("reference", "by", "reason") if (said := getattr(movement, name))}
    return put("stock_journal", item, key="pk")


def movements_of(sku_id: str, bucket: str) -> str:
    """The partition in which the movements at a bucket are kept, by its number: its epoch does not matter."""
    place = bucket.rpartition(".")[2]
    return f"{sku_id}#{place}" if place else sku_id


def stock_of(sku_id: str, items: Iterable[Item]) -> Stock:
    """A SKU's stock in the items of its counters; without any, a stock that is not known."""
    counters: dict[tuple[str, str], Counter] = {}
    versions: dict[str, int] = {}
    own: Item = {}
    for item in items:
        bucket = item["id"]["S"].partition("#")[2]
        versions[bucket] = int(item.get("v", {"N": "0"})["N"])
        if bucket == OWN:
            own = item
        for name, value in item.items():
            if name.startswith((_AVAILABLE, _RESERVED)):
                counters.setdefault((bucket, name[2:]), Counter())
                amount = int(value["N"])
                counters[bucket, name[2:]] += (
                    Counter(amount) if name.startswith(_AVAILABLE) else Counter(reserved=amount)
                )
    return Stock(
        sku_id,
        merchant_id=_text(own, "owner"),
        product_id=_text(own, "product_id"),
        counters=counters,
        low=_number(own, "low"),
        many="many" in own,
        buckets=_number(own, "buckets") or 1,
        epoch=_number(own, "epoch") or 0,
        widest=_number(own, "widest") or 1,
        adjusted=_text(own, "adjusted"),
        versions=versions,
    )


def reservation_of(item: Item) -> Reservation:
    """The reservation that an item holds."""
    return Reservation(
        order_id=item["pk"]["S"],
        sku_id=item["sk"]["S"],
        trade_id=_text(item, "trade_id"),
        user_id=_text(item, "user_id"),
        quantity=int(item["quantity"]["N"]),
        parts=tuple(Part(*part) for part in json.loads(item["parts"]["S"])),
        state=State(item["state"]["S"]),
        until=time_of(item["until"]["S"]),
        limited="limited" in item,
        restocked=_number(item, "restocked") or 0,
        restocks=frozenset(item.get("restocks", {}).get("SS", ())),
    )


def movement_of(item: Item) -> Movement:
    """The movement that an item holds."""
    return Movement(
        id=item["sk"]["S"],
        sku_id=item["pk"]["S"].partition("#")[0],
        kind=Kind(item["kind"]["S"]),
        warehouse=item["warehouse"]["S"],
        on_hand=int(item["on_hand"]["N"]),
        reserved=int(item["reserved"]["N"]),
        at=time_of(item["at"]["S"]),
        reference=_text(item, "reference"),
        by=_text(item, "by"),
        reason=_text(item, "reason"),
    )


def held_shard(order_id: str) -> str:
    """In which part of the index of what is held an order is: one part would take a thousand writes a second."""
    return f"held#{sum(order_id.encode()) % HELD_SHARDS}"


def text(value: str) -> dict[str, str]:
    """A string as DynamoDB writes it."""
    return {"S": value}


def number(value: int) -> dict[str, str]:
    """A number as DynamoDB writes it."""
    return {"N": str(value)}


def moment(at: datetime) -> str:
    """A time as text that sorts like the time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_of(said: str) -> datetime:
    """The time that `moment` wrote."""
    return datetime.fromisoformat(said)


def _text(item: Item, name: str) -> str:
    value: str = item[name]["S"] if name in item else ""
    return value


def _number(item: Item, name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
