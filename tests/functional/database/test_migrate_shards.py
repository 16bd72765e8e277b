"""Migrating the shards of a deployment."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.local.postgres import Postgres
from mall.sql import migrations


@pytest.fixture
def empty(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, worker_id: str) -> Iterator[list[str]]:
    """Two databases without any table, as a deployment finds them the first time."""
    urls = postgres.urls(*(f"new_{worker_id}_{shard}" for shard in range(2)))
    monkeypatch.setenv("MALL_DATABASE_URLS", ",".join(urls))
    yield urls
    for shard in range(2):
        postgres.drop(f"new_{worker_id}_{shard}")


def test_all_shards_come_to_the_newest_revision_and_stay_there(empty: list[str], run: Callable[..., Any]) -> None:
    first = run("database.migrate_shards", {})
    again = run("database.migrate_shards", {})

    assert {shard["shard"] for shard in first["shards"]} == {0, 1}
    assert len({shard["revision"] for shard in first["shards"]}) == 1
    assert again == first
    assert [shard.behind for shard in migrations.status()] == [0, 0]
