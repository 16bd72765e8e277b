"""A move of a slot whose mover died is finished without anybody's help, and a living mover is left alone."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import config
from mall.sql import maintenance, moves
from tests.functional.sql.test_moves import die_at

SLOT = 17


@pytest.fixture(autouse=True)
def _shards(database: list[str]) -> None:
    """Two shards."""


def test_a_move_past_its_cut_over_is_finished(run: Callable[..., Any]) -> None:
    die_at("flip", SLOT, 1)

    answer = run("database.settle_moves", {"grace": 0})

    assert answer == {"unfinished": []}
    assert moves.current().shard_of(SLOT) == 1
    assert run("database.settle_moves", {"grace": 0}) == {"unfinished": []}


def test_a_move_before_its_cut_over_is_left_to_whoever_began_it(run: Callable[..., Any]) -> None:
    die_at("copy", SLOT, 1)

    assert run("database.settle_moves", {"grace": 0}) == {"unfinished": [SLOT]}
    assert moves.current().shard_of(SLOT) == 0


def test_a_living_mover_is_left_alone(run: Callable[..., Any]) -> None:
    die_at("flip", SLOT, 1)
    with maintenance.connect(config.database_urls()[0]) as mover:
        mover.execute("SELECT pg_advisory_lock(20747, %s)", [SLOT])

        answer = run("database.settle_moves", {"grace": 0})

    assert answer == {"unfinished": [SLOT]}
