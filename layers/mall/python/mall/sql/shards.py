"""The connections to the shards: one an execution environment, a shard and a role, replaced when it was dropped.

A function serves one request at a time, so one connection a shard is enough; RDS Proxy, or the server itself, sees as
many connections as there are warm functions. The roles are `writer` (read-write), `reader` (the read replica's
address) and `fresh` (read-only, but at the writer's address, for sessions that must read their own writes).

Timeouts are set when a connection opens. RDS Proxy refuses connect options and pins a connection that uses SET, so
behind it (`MALL_DATABASE_AUTH=iam`) the same timeouts are settings of the database role, made by the migrations.
"""

import select
import time
from typing import Any, Literal

import psycopg  # noqa: F401  (loaded while the function starts, not while its first caller waits)
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import QueuePool

from mall import config

Role = Literal["writer", "reader", "fresh"]

TIMEOUTS = {
    "statement_timeout": 8_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 15_000,
}
"""Milliseconds after which the server gives up a statement, a wait for a lock, an unattended transaction."""

WRITER_SETTINGS = {"plan_cache_mode": "force_generic_plan"}
"""What transactions do is short and goes along keys, so one plan a statement is as good as a new one each time.

Planning the statements of a purchase costs PostgreSQL three times what executing them does. Readers, whose searches
depend on the values, plan as ever.
"""

IDLE = 30.0
"""Seconds after which an unused connection is asked for a sign of life before it is used again."""


def count() -> int:
    """How many shards there are."""
    return len(config.database_urls())


def engine(shard: int, role: Role = "writer") -> Engine:
    """The engine of `shard` in `role`; it holds one connection, opened when first used."""
    url = config.database_urls(reader=role == "reader")[shard]
    key = (url, role)
    if key not in _engines:
        _engines[key] = _create(make_url(url), role)
    return _engines[key]


def has_reader(shard: int) -> bool:
    """Whether reads of `shard` have an address of their own."""
    return config.database_urls(reader=True)[shard] != config.database_urls()[shard]


def dispose() -> None:
    """Close every connection and forget the engines: before a process forks, after a test, when SnapStart restores."""
    while _engines:
        _engines.popitem()[1].dispose()


def _create(url: URL, role: Role) -> Engine:
    iam = config.get("MALL_DATABASE_AUTH", "") == "iam"
    arguments: dict[str, Any] = {
        "connect_timeout": 5,
        "application_name": f"mall-{config.get('AWS_LAMBDA_FUNCTION_NAME', config.stage())}"[:63],
        # A prepared statement belongs to one server connection; behind a proxy the next transaction may get another.
        "prepare_threshold": None if iam else 5,
    }
    if iam:
        arguments["sslmode"] = "require"
    else:
        settings = TIMEOUTS | (WRITER_SETTINGS if role == "writer" else {})
        arguments["options"] = " ".join(f"-c {name}={value}" for name, value in settings.items())
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=10,
        connect_args=arguments,
        use_native_hstore=False,
    )
    if iam:
        event.listen(made, "do_connect", _sign_in)
    event.listen(made, "checkin", _note_time)
    event.listen(made, "checkout", _make_sure)
    return made if role == "writer" else made.execution_options(postgresql_readonly=True)


def _sign_in(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
    from mall import aws  # noqa: PLC0415  (only on AWS, where boto3 is loaded anyway)

    parameters["password"] = aws.client("rds").generate_db_auth_token(
        DBHostname=parameters["host"], Port=int(parameters.get("port", 5432)), DBUsername=parameters["user"]
    )


def _note_time(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _make_sure(connection: Any, record: Any, proxy: Any) -> None:
    """Refuse a connection that was dropped while nobody used it: the pool then opens another."""
    used = record.info.get("used")
    if used is None:
        return
    if connection.closed:
        raise DisconnectionError
    # A server that has closed the connection has said so on the socket; looking there costs no round trip.
    readable = select.poll()
    readable.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if not readable.poll(0) and time.monotonic() - used < IDLE:
        return
    try:
        autocommit = connection.autocommit
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = autocommit
    except Exception as error:
        raise DisconnectionError from error


_engines: dict[tuple[str, str], Engine] = {}
