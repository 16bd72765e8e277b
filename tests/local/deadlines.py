"""Letting a deadline of the deployed mall be over now, instead of waiting for days.

What is moved is the row that the mall itself goes by: `order_deadline`, which its sweep reads every minute. Then the
sweep is started at once, as its schedule does.
"""

import psycopg

from tests.local.conftest import LocalMall

_DUE = "UPDATE order_deadline SET due_at = now(), look_at = now() WHERE subject = %s AND kind = %s AND met_at IS NULL"
_SWEEP = "local-orders-sweep_deadlines"


def run_out(mall: LocalMall, subject: str, kind: str) -> None:
    """Let the deadline `kind` (`pay`, `agree`, …) of a trade or an order be over, and have it acted on."""
    moved = 0
    for url in mall.description["database_urls"]:
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            moved += connection.execute(_DUE, (subject, kind)).rowcount
    assert moved == 1, f"{subject} has no deadline {kind}"
    answer = mall.client("lambda").invoke(FunctionName=_SWEEP, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
