"""Items of several tables are read together."""

from typing import Any

import pytest

from mall import aws as clients
from mall import config, reading
from tests.fixtures.calls import Call, put_between


def put(table: str, **key: str) -> dict[str, Any]:
    item = {name: {"S": value} for name, value in key.items()}
    clients.client("dynamodb").put_item(TableName=config.table(table), Item=item)
    return item


def test_what_there_is_comes_from_each_table_a_hundred_a_call(aws: object, monkeypatch: pytest.MonkeyPatch) -> None:
    stock = [put("stock", id=f"sku_{number:03}") for number in range(120)]
    live = put("products", id="prd_1", part="live")
    asked = list[int]()
    missing = {"id": {"S": "prd_2"}, "part": {"S": "live"}}

    def note(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        asked.append(sum(len(keys["Keys"]) for keys in arguments["RequestItems"].values()))
        return call(client, operation, arguments)

    put_between(monkeypatch, note)
    found = reading.items({"stock": stock, "products": [live, missing], "carts": []})

    assert sorted(item["id"]["S"] for item in found["stock"]) == [item["id"]["S"] for item in stock]
    assert found["products"] == [live]
    assert found["carts"] == []
    assert asked == [100, 22]


def test_one_item_is_read_alone(aws: object) -> None:
    live = put("products", id="prd_1", part="live")

    assert reading.one("products", live) == live
    assert reading.one("products", {"id": {"S": "prd_1"}, "part": {"S": "draft"}}) is None


def test_what_dynamodb_did_not_come_to_is_asked_for_again(aws: object, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = put("stock", id="sku_1"), put("stock", id="sku_2")
    answers = list[int]()

    def leave(call: Call, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer, name = call(client, operation, arguments), config.table("stock")
        answers.append(len(answer["Responses"][name]))
        if len(answers) == 1:
            left = answer["Responses"][name].pop()
            answer["UnprocessedKeys"] = {name: {"Keys": [{"id": left["id"]}], "ConsistentRead": True}}
        return answer

    put_between(monkeypatch, leave)
    found = reading.items({"stock": [one, other]})

    assert answers == [2, 1]
    assert sorted(item["id"]["S"] for item in found["stock"]) == ["sku_1", "sku_2"]
    assert reading.items({}) == {}
