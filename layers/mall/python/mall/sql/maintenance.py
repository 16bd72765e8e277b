"""Connections for those who work on a whole shard: migrations, the mover of slots, the audits.

They have the shard's address and sign-in but none of the short timeouts with which a function serves a request.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from mall import aws, config

LOCK = 0x6D616C6C
"""The advisory lock of a shard: a migration holds it alone, those who move slots hold it together."""

_SETTINGS = {
    "statement_timeout": "0",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10min",
    # A shard that lost a step which another shard already builds on could not be put right again.
    "synchronous_commit": "on",
}


def connect(url: str, *, autocommit: bool = True) -> psycopg.Connection[Any]:
    """A connection of psycopg to the shard at `url`, which the caller closes."""
    dialect: Any = PGDialect_psycopg  # SQLAlchemy leaves its dialects untyped
    arguments: dict[str, Any] = dialect().create_connect_args(make_url(url))[1]
    arguments |= {"connect_timeout": 10, "application_name": "mall-maintenance"}
    if config.get("MALL_DATABASE_AUTH", "") == "iam":
        arguments["sslmode"] = "require"
        arguments["password"] = aws.client("rds").generate_db_auth_token(
            DBHostname=arguments["host"], Port=int(arguments.get("port", 5432)), DBUsername=arguments["user"]
        )
    connection = psycopg.connect(**arguments, autocommit=True)
    # Not as connect options, which RDS Proxy refuses; a maintenance connection may well be pinned.
    connection.execute(
        "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[]) AS s (name, value)",
        [list(_SETTINGS), list(_SETTINGS.values())],
    )
    connection.autocommit = autocommit
    return connection


def engine(url: str) -> Engine:
    """An engine of SQLAlchemy over such connections, which keeps none of them."""
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(url, autocommit=False),
        poolclass=NullPool,
        use_native_hstore=False,
    )


def urls(given: Sequence[str] | None = None) -> tuple[str, ...]:
    """The writers of all shards in shard order: those given, or those configured."""
    return tuple(given) if given is not None else config.database_urls()
