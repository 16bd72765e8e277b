"""Closing an account to the end: the news starts the real state machine, after which nothing names the person."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from sqlalchemy import select

from infra.local import templates
from mall import config, ids, sql
from mall.events import Event
from mall.events.items import OutboxItem
from mall.users import store
from mall.users.address_book.tables import AddressRow
from mall.users.consents import model as consents
from mall.users.consents.tables import ConsentRow
from mall.users.model import State
from mall.users.privacy import service as privacy
from tests.fixtures import traces
from tests.fixtures.buckets import keys
from tests.sagas.lives import Life, lived
from tests.sagas.runner import ROOT, Delay, Fail, Fault, Kill, Repeat, Run, Sagas

TASKS = [
    *("users.forget_sessions", "users.erase_avatar", "users.erase_exports"),
    *("users.erase_addresses", "users.erase_activity", "users.erase_consents"),
    "cart.erase_cart",
]
SLOTS = (9, 900)  # one on either shard

pytestmark = pytest.mark.usefixtures("database")


def told(life: Life) -> dict[str, Any]:
    """The news of the closing, as EventBridge delivers what the outbox holds."""
    (news,) = [item for item in OutboxItem.query(life.id) if item.name == "users.AccountClosed"]
    return {"source": "mall.users", "detail-type": news.name, "detail": json.loads(news.detail)}


def rule() -> dict[str, Any]:
    """The rule that starts the state machine."""
    stack = templates.load(ROOT / "infra" / "stacks" / "users.yaml")
    machine = stack["Resources"]["DeleteAccount"]["Properties"]
    assert Path(machine["DefinitionUri"]).name == "delete_account.asl.json"
    properties: dict[str, Any] = machine["Events"]["AccountClosed"]["Properties"]
    return properties


def delete(sagas: Sagas, life: Life, *faults: Fault) -> Run:
    """Run the state machine on the news of the closing."""
    return sagas.run("delete_account", told(life)["detail"], *faults)


def left(life: Life, database_urls: Sequence[str]) -> dict[str, set[str]]:
    """What is left of the person's names and proofs, and where."""
    return traces.found((*life.names, *life.proofs), database_urls)


def proof(life: Life) -> list[tuple[str, bool, str, str]]:
    """The consents that go by the person's pseudonym."""
    key = consents.pseudonym(life.id, config.secret("pseudonym-key"))
    with sql.session() as session:
        rows = session.scalars(
            select(ConsentRow)
            .where(ConsentRow.slot == ids.slot_of(key), ConsentRow.user_id == key)
            .order_by(ConsentRow.version)
        )
        return [(row.kind, row.given, row.policy_version, row.network) for row in rows]


@pytest.mark.parametrize("slot", SLOTS)
def test_afterwards_nothing_that_names_the_person_is_anywhere(
    sagas: Sagas, database_urls: list[str], slot: int
) -> None:
    life = lived(slot)
    export = privacy.Export(ids.new("exp"), privacy.ExportState.PREPARING)
    assert sagas.run("export_user_data", {"user_id": life.id, "export_id": export.id}).succeeded
    assert set(left(life, database_urls)) == {*life.names, *life.proofs} - {"JBSWY3DPEHPK3PXP"}

    life.close()
    run = delete(sagas, life)

    assert run.succeeded, run.cause
    assert sorted(run.tasks) == sorted(TASKS)
    assert left(life, database_urls) == {}
    assert (keys("media"), keys("uploads"), keys("exports")) == (set(), set(), set())


def test_the_moment_it_is_closed_the_account_itself_names_nobody(sagas: Sagas, database_urls: list[str]) -> None:
    life = lived(SLOTS[0])

    life.close()

    own = [name for name, where in left(life, database_urls).items() if any("-users" in place for place in where)]
    assert [name for name in own if name in life.names[:4] or name in life.proofs] == []
    assert store.load(life.id).state is State.CLOSED


def test_the_proof_of_consents_stays_under_a_pseudonym(sagas: Sagas, database_urls: list[str]) -> None:
    life = lived(SLOTS[1])
    life.close()

    delete(sagas, life)

    assert proof(life) == [
        ("terms", True, "2030-01", ""),
        ("marketing_email", True, "2030-01", ""),
        ("history", True, "2030-01", ""),
    ]
    assert not [place for place in traces.found([life.id], database_urls)[life.id] if place.startswith("consent")]


def test_nobody_else_loses_anything(sagas: Sagas, database_urls: list[str]) -> None:
    life, other = lived(SLOTS[0], number=1), lived(SLOTS[0], number=2)
    before = left(other, database_urls)
    pictures = {key for key in keys("media") if other.id in key}

    life.close()
    delete(sagas, life)

    # "13800138000" and the like are common to both.
    assert left(other, database_urls).keys() == before.keys()
    assert {key for key in keys("media") if other.id in key} == pictures
    assert store.load(other.id).state is State.ACTIVE


def test_the_rule_takes_the_news_and_hands_on_what_the_state_machine_reads(sagas: Sagas) -> None:
    life = lived(SLOTS[0])
    life.close()
    envelope, wanted = told(life), rule()

    assert wanted["Pattern"] == {"detail-type": [envelope["detail-type"]]}
    assert wanted["InputPath"] == "$.detail"
    run = sagas.run("delete_account", envelope["detail"])

    assert run.output == {"user_id": life.id, "closed_at": envelope["detail"]["data"]["closed_at"]}


def test_the_state_machine_reads_what_an_event_writes(sagas: Sagas) -> None:
    taken = sagas.definition("delete_account")["States"]["Take"]["Parameters"]
    event = Event.of("users.AccountClosed", aggregate="usr_1", data={"closed_at": "2030-01-01T00:00:00+00:00"})
    detail = json.loads(event.detail())

    read = {}
    for name, path in taken.items():
        value: Any = detail
        for step in path.removeprefix("$.").split("."):
            value = value[step]
        read[name.removesuffix(".$")] = value

    assert read == {"user_id": "usr_1", "closed_at": "2030-01-01T00:00:00+00:00"}


def test_news_that_came_twice_delete_nothing_twice(sagas: Sagas, database_urls: list[str]) -> None:
    life = lived(SLOTS[0])
    life.close()
    first = delete(sagas, life)

    again = delete(sagas, life)

    assert (again.status, again.output) == (first.status, first.output)
    assert left(life, database_urls) == {}
    assert len(proof(life)) == 3


def test_tasks_that_die_halfway_are_done_again(sagas: Sagas, database_urls: list[str]) -> None:
    life = lived(SLOTS[0])
    life.close()
    steps = delete(sagas, life).steps
    assert steps.keys() == set(TASKS)

    # Every third, which is before a write as often as after one.
    for step in range(0, max(steps.values()) + 3, 3):
        life = lived(SLOTS[1], number=step)
        life.close()
        run = delete(sagas, life, *(Kill(task, step) for task in TASKS))

        assert run.succeeded, (step, run.cause)
        assert len(run.tasks) >= 2 * len(TASKS)
        assert left(life, database_urls) == {}, f"died at step {step}"
        assert len(proof(life)) == 3


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_repeated_killed_lost_or_late_the_end_is_the_same(
    sagas: Sagas, database_urls: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    life = lived(chance.choice(SLOTS), number=seed)
    life.close()
    kinds: list[Callable[[str], Fault]] = [
        Repeat,
        lambda task: Kill(task, chance.randrange(8)),
        lambda task: Kill(task, chance.randrange(8), attempts=(1, 2)),
        lambda task: Delay(task, calls=chance.choice([None, 1, 4])),
        lambda task: Fail(task, "Lambda.TooManyRequestsException", after=chance.random() < 0.5, attempts=(1, 2)),
    ]
    faults = [chance.choice(kinds)(task) for task in chance.sample(TASKS, chance.randint(2, 6))]

    run = delete(sagas, life, *faults)

    assert run.succeeded, (faults, run.cause)
    assert left(life, database_urls) == {}, faults
    assert len(proof(life)) == 3, faults
    with sql.session() as session:
        assert session.scalars(select(AddressRow).where(AddressRow.user_id == life.id)).all() == []
    sessions = boto3.client("dynamodb").scan(TableName=config.table("sessions"))
    assert sessions["Count"] == 0
