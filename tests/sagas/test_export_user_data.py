"""Copying somebody's data with the real state machine: everything once, no proof of identity, nothing of others."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from mall import ids
from mall.users.privacy import service, store
from mall.users.privacy.model import PARTS, ExportState
from tests.fixtures import stacks, traces
from tests.fixtures.aws import _environment
from tests.fixtures.buckets import keys
from tests.fixtures.copies import archive
from tests.sagas.lives import Life, lived
from tests.sagas.runner import Delay, Fail, Fault, Kill, Repeat, Sagas

_ELSEWHERE = ("cart", "wallet")
COLLECTING = [
    *(f"users.export_{part}" for part in PARTS if part not in _ELSEWHERE),
    *(f"{part}.export_{part}" for part in _ELSEWHERE),
]
TASKS = [*COLLECTING, "users.finish_export"]

pytestmark = pytest.mark.usefixtures("database")


def asked(life: Life) -> dict[str, str]:
    """What the state machine is started with."""
    return {"user_id": life.id, "export_id": ids.new("exp")}


def check(life: Life, given: dict[str, str]) -> None:
    """Hold that the copy is there, whole, of this person, and without any proof of who they are."""
    found = archive(given)
    assert set(found) == {f"{part}.json" for part in PARTS}
    assert found["account.json"]["email"] == life.names[0]
    assert [session["device"] for session in found["account.json"]["sessions"]] == [life.names[4]]
    assert sorted(address["lines"][0] for address in found["addresses.json"]) == sorted(life.names[6:8])
    assert [item["kind"] for item in found["consents.json"]] == ["terms", "marketing_email", "history"]
    assert sorted(item["type"] for item in found["activity.json"]) == ["favourite", "view"]
    assert list(found["cart.json"]["notes"].values()) == [life.names[-1]]
    assert found["wallet.json"]["wallet"]["balance"] == {"amount": 0, "currency": "CNY"}
    assert [proof for proof in life.proofs if proof in str(found)] == []


@pytest.mark.parametrize("slot", [9, 900])
def test_the_archive_holds_everything_once_and_no_proof_of_identity(sagas: Sagas, slot: int) -> None:
    life, other = lived(slot, number=1), lived(slot, number=2)
    given = asked(life)

    run = sagas.run("export_user_data", given)

    assert run.succeeded, run.cause
    assert sorted(run.tasks[:-1]) == sorted(COLLECTING)
    assert run.tasks[-1] == "users.finish_export"
    check(life, given)
    assert not {other.id, other.names[0], other.names[6]} & set(_texts(archive(given)))
    assert service.export(life.caller, given["export_id"]).state is ExportState.READY


def test_two_copies_of_one_person_are_two(sagas: Sagas) -> None:
    life = lived(9)
    first, second = asked(life), asked(life)

    for given in (first, second):
        assert sagas.run("export_user_data", given).succeeded

    check(life, first)
    check(life, second)


def test_tasks_that_die_at_any_step_are_done_again(sagas: Sagas) -> None:
    life = lived(9)
    steps = sagas.run("export_user_data", asked(life)).steps
    assert steps.keys() == set(TASKS)

    for step in range(max(steps.values()) + 1):
        given = asked(life)
        run = sagas.run("export_user_data", given, *(Kill(task, step) for task in TASKS))

        assert run.succeeded, (step, run.cause)
        assert len(run.tasks) >= 2 * len(TASKS)
        check(life, given)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_repeated_killed_lost_or_late_the_end_is_the_same(sagas: Sagas, seed: int) -> None:
    chance = random.Random(seed)
    life = lived(chance.choice([9, 900]), number=seed)
    given = asked(life)
    kinds: list[Callable[[str], Fault]] = [
        Repeat,
        lambda task: Kill(task, chance.randrange(6)),
        lambda task: Delay(task, calls=chance.choice([None, 1, 3])),
        lambda task: Fail(task, "Lambda.TooManyRequestsException", after=chance.random() < 0.5, attempts=(1, 2)),
    ]
    faults = [chance.choice(kinds)(task) for task in chance.sample(TASKS, chance.randint(1, 5))]

    run = sagas.run("export_user_data", given, *faults)

    assert run.succeeded, (faults, run.cause)
    check(life, given)


def test_of_a_closed_account_nothing_is_copied(sagas: Sagas) -> None:
    life = lived(9)
    life.close()

    run = sagas.run("export_user_data", asked(life))

    assert run.succeeded, run.cause
    assert "users.finish_export" not in run.tasks
    assert keys("exports") == set()


@pytest.mark.parametrize("task", TASKS)
def test_an_account_that_is_closed_and_erased_meanwhile_leaves_no_copy(
    aws: stacks.Mall, database_urls: list[str], task: str
) -> None:
    life = lived(9)
    ended: list[str] = []

    def environment(running: str) -> AbstractContextManager[Any]:
        if running == task and not ended:
            ended.append(running)
            life.close()
            store.erase(life.id)
        return _environment(aws.environments[running]) if running in aws.environments else nullcontext()

    run = Sagas(environment=environment).run("export_user_data", asked(life))

    assert run.succeeded, run.cause
    assert ended == [task]
    assert keys("exports") == set()
    assert "exports" not in str(traces.found(life.names, database_urls))


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in _texts(value)]
    return [str(node)]
