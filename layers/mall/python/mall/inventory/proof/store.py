"""How far the proof has come, and what it has added up."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mall import config
from mall.inventory import store
from mall.inventory.model import Counter
from mall.inventory.proof.model import Sums
from mall.inventory.writing import text

_PAGE = 50


@dataclass(frozen=True, slots=True)
class Round:
    """A night's proof: after which SKU it goes on, and what it has found."""

    night: str
    after: str = ""
    done: bool = False
    proved: int = 0
    differences: int = 0
    unsettled: int = 0


def load_round() -> Round:
    """How far the last proof has come."""
    for item in store.read("stock_journal", [{"pk": text("proof"), "sk": text("round")}]):
        return Round(**json.loads(item["body"]["S"]))
    return Round("")


def save_round(round: Round) -> None:
    """Remember how far the proof has come."""
    said = {name: getattr(round, name) for name in Round.__slots__}
    _put({"pk": text("proof"), "sk": text("round"), "body": text(json.dumps(said))})


def skus(after: str) -> tuple[list[str], str]:
    """Some of all SKUs, in no order, and the SKU after which the next begin; "" at the end."""
    asked: dict[str, Any] = {"ExclusiveStartKey": {"id": text(after)}} if after else {}
    answer = store.client().scan(
        TableName=config.table("stock"), ProjectionExpression="id", Limit=_PAGE, ConsistentRead=True, **asked
    )
    ids = [item["id"]["S"] for item in answer["Items"]]
    last = answer.get("LastEvaluatedKey", {}).get("id", {}).get("S", "")
    return [id for id in ids if id.startswith("sku_") and "#" not in id], last


def load(sku_ids: Iterable[str]) -> dict[str, Sums]:
    """What was added up of those of the SKUs of which anything was."""
    keys = [{"pk": text(f"proof#{sku_id}"), "sk": text("proof")} for sku_id in sku_ids]
    found = {}
    for item in store.read("stock_journal", keys):
        said = json.loads(item["body"]["S"])
        sums = Sums(said["until"], _counters(said["sums"]), said["versions"], _counters(said["whole"]))
        found[item["pk"]["S"].partition("#")[2]] = sums
    return found


def save(sku_id: str, sums: Sums) -> None:
    """Remember what was added up."""
    said = {
        "until": sums.until,
        "sums": _plain(sums.sums),
        "versions": dict(sums.versions),
        "whole": _plain(sums.whole),
    }
    _put({"pk": text(f"proof#{sku_id}"), "sk": text("proof"), "body": text(json.dumps(said))})


def _put(item: Mapping[str, Any]) -> None:
    store.client().put_item(TableName=config.table("stock_journal"), Item=dict(item))


def _plain(counters: Mapping[str, Counter]) -> dict[str, list[int]]:
    return {warehouse: [one.available, one.reserved] for warehouse, one in counters.items()}


def _counters(said: Mapping[str, list[int]]) -> dict[str, Counter]:
    return {warehouse: Counter(*one) for warehouse, one in said.items()}
