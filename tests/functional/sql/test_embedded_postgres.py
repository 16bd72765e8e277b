"""The embedded PostgreSQL keeps what it was given, lets nobody else in, and says plainly what is wrong."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from infra.local.postgres import Postgres, PostgresError


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A durable server of its own, gone after the test."""
    # Not in pytest's own folder, which is closed to the user that the server runs as when root runs the tests.
    made = Postgres(Path(tempfile.mkdtemp(prefix="mall-own-")) / "postgres")
    made.start()
    yield made
    made.wipe()
    made.folder.parent.rmdir()


def _execute(server: Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.urls("mall")[0].replace("+psycopg", "")) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_data_survive_a_stop_and_a_sudden_death(server: Postgres) -> None:
    _execute(server, "CREATE TABLE kept AS SELECT 1 AS value")

    server.stop()
    assert not server.running
    server.start()
    _execute(server, "INSERT INTO kept VALUES (2)")
    server.kill()
    assert not server.running
    server.start()

    assert _execute(server, "SELECT value FROM kept ORDER BY value") == [(1,), (2,)]
    assert _execute(server, "SHOW fsync") == [("on",)]


def test_only_its_owner_reaches_it_and_only_through_a_socket(server: Postgres) -> None:
    assert _execute(server, "SHOW listen_addresses") == [("",)]
    assert (server.socket_folder / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0
    assert server.folder.stat().st_mode & 0o077 == 0 or server.data.stat().st_mode & 0o077 == 0


def test_starting_and_stopping_twice_is_no_mistake(server: Postgres) -> None:
    server.start()
    server.stop()
    server.stop()
    server.start()

    assert server.running


def test_a_process_number_that_meanwhile_belongs_to_another_program_does_not_stop_the_start(server: Postgres) -> None:
    server.kill()
    pid_file = server.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(psutil.Process().pid), *lines[1:]]))

    server.start()

    assert server.running


def test_a_folder_that_cannot_be_one_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PostgresError, match="cannot be used for PostgreSQL") as error:
        Postgres(tmp_path / "file" / "postgres").start()

    assert "\n" not in str(error.value)


def test_a_server_that_is_not_running_says_so() -> None:
    with pytest.raises(PostgresError, match="does not answer"):
        Postgres("/nowhere/at-all").urls("mall")
