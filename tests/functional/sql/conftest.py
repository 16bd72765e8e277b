"""The tables of the tests' small shop, on both shards."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def _shop_tables(database_urls: list[str]) -> Iterator[None]:
    from sqlalchemy import text

    from mall.sql import maintenance
    from mall.sql.migrations import ops
    from tests.fixtures.shop import Table

    for url in database_urls:
        with maintenance.engine(url).begin() as connection:
            Table.metadata.create_all(connection)
            for table in Table.metadata.tables.values():
                if "slot" in table.c:
                    connection.execute(text(ops.guard(table.name, [column.name for column in table.primary_key])))
    yield
    for url in database_urls:
        with maintenance.engine(url).begin() as connection:
            Table.metadata.drop_all(connection)


@pytest.fixture
def shop(_shop_tables: None, database: list[str]) -> list[str]:
    """The addresses of two shards with the shop's tables, empty, and nobody else connected to them."""
    import psycopg

    for url in database:
        # Processes that other tests keep for their races; those connect again when they have to.
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name LIKE 'mall-%' AND pid <> pg_backend_pid()"
            )
    return database


@pytest.fixture
def rows(shop: list[str]) -> Any:
    """Counts the rows of a table on each shard, behind the back of `mall.sql`."""
    import psycopg

    def count(table: Any) -> list[int]:
        found = []
        for url in shop:
            with psycopg.connect(url.replace("+psycopg", "")) as connection:
                row = connection.execute(f"SELECT count(*) FROM {table.__tablename__}").fetchone()
                assert row is not None
                found.append(row[0])
        return found

    return count
