"""The tests' own promise: each test gets two empty, migrated shards, whatever the tests before it wrote."""

import psycopg
import pytest


def _count(url: str) -> int:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM inbox").fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.parametrize("round_", range(3))
def test_what_one_test_writes_the_next_one_does_not_see(database: list[str], round_: int) -> None:
    assert [_count(url) for url in database] == [0, 0]

    for url in database:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("INSERT INTO inbox VALUES (%s, 'consumer', 'evt', now())", [round_])

    assert [_count(url) for url in database] == [1, 1]
