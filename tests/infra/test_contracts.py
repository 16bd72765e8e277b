"""The contracts of events: every file is a schema, and an event that breaks its contract is noticed."""

import re

import pytest
from jsonschema import Draft202012Validator

from mall import events
from tests.fixtures import contracts

FILES = sorted(contracts.CONTRACTS.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_contract_is_a_schema_that_says_what_the_event_tells(file) -> None:  # type: ignore[no-untyped-def]
    assert re.fullmatch(r"[a-z]+\.[A-Z][A-Za-z0-9]+\.v[1-9]\d*", file.stem)
    schema = contracts.contract(file.stem).schema

    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["title"] == file.stem.rpartition(".v")[0]
    assert schema["description"]


def test_an_event_that_breaks_its_contract_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALL_TABLE_OUTBOX", "outbox")
    event = events.Event.of("users.AccountClosed", aggregate="usr_1", data={"closed_at": "yesterday", "why": "x"})

    with pytest.raises(contracts.ContractBroken, match=r"closed_at.*why|why.*closed_at"):
        events.outbox_put(event)


def test_an_event_without_a_contract_cannot_be_written_down() -> None:
    with pytest.raises(contracts.ContractBroken, match="there is no contract"):
        events.outbox_item(events.Event.of("users.NeverHeardOf", aggregate="usr_1", data={}))
