"""Items of several tables are read together."""

from typing import Any

from mall import aws as clients
from mall import config, reading


def put(table: str, **key: str) -> dict[str, Any]:
    item = {name: {"S": value} for name, value in key.items()}
    clients.client("dynamodb").put_item(TableName=config.table(table), Item=item)
    return item


def test_what_there_is_comes_from_each_table_a_hundred_a_call(aws: object) -> None:
    stock = [put("stock", id=f"sku_{number:03}") for number in range(120)]
    live = put("products", id="prd_1", part="live")
    asked = list[int]()
    events = clients.client("dynamodb").meta.events

    def note(params: Any, **_: Any) -> None:
        asked.append(sum(len(keys["Keys"]) for keys in params["RequestItems"].values()))

    events.register("provide-client-params.dynamodb.BatchGetItem", note)
    try:
        missing = {"id": {"S": "prd_2"}, "part": {"S": "live"}}
        found = reading.items({"stock": stock, "products": [live, missing], "carts": []})
    finally:
        events.unregister("provide-client-params.dynamodb.BatchGetItem", note)

    assert sorted(item["id"]["S"] for item in found["stock"]) == [item["id"]["S"] for item in stock]
    assert found["products"] == [live]
    assert found["carts"] == []
    assert asked == [100, 22]


def test_one_item_is_read_alone(aws: object) -> None:
    live = put("products", id="prd_1", part="live")

    assert reading.one("products", live) == live
    assert reading.one("products", {"id": {"S": "prd_1"}, "part": {"S": "draft"}}) is None


def test_what_dynamodb_did_not_come_to_is_asked_for_again(aws: object) -> None:
    one, other = put("stock", id="sku_1"), put("stock", id="sku_2")
    events = clients.client("dynamodb").meta.events
    answers = list[int]()

    def leave(parsed: Any, **_: Any) -> None:
        name = config.table("stock")
        answers.append(len(parsed["Responses"][name]))
        if len(answers) == 1:
            left = parsed["Responses"][name].pop()
            parsed["UnprocessedKeys"] = {name: {"Keys": [{"id": left["id"]}], "ConsistentRead": True}}

    events.register("after-call.dynamodb.BatchGetItem", leave)
    try:
        found = reading.items({"stock": [one, other]})
    finally:
        events.unregister("after-call.dynamodb.BatchGetItem", leave)

    assert answers == [2, 1]
    assert sorted(item["id"]["S"] for item in found["stock"]) == ["sku_1", "sku_2"]
    assert reading.items({}) == {}
