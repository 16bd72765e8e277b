"""Sales in PostgreSQL, and the numbers made of them in the index."""

import json
from collections.abc import Mapping
from datetime import date

from sqlalchemy import text

from mall import sql
from mall.search.index.store import LOCK, SALES

# Each product of an order is a row, so an order that is told of twice counts once.
_SOLD = text(
    f"""
    WITH fresh AS (
        INSERT INTO search_sale (order_id, product_id, day, units)
        SELECT :order_id, r.id, :day, r.units
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id text, units bigint) ORDER BY r.id
        ON CONFLICT DO NOTHING
        RETURNING product_id, units
    )
    UPDATE search_product p SET
        sales = p.sales + fresh.units,
        boost = p.boost - {SALES.format(sales="p.sales")} + {SALES.format(sales="p.sales + fresh.units")}
    FROM fresh WHERE p.id = fresh.product_id
    """  # noqa: S608  (made of constants)
)
_OLD = text("SELECT DISTINCT product_id FROM search_sale WHERE day < :oldest ORDER BY product_id LIMIT :most")
_FORGET = text(
    f"""
    WITH old AS (
        DELETE FROM search_sale WHERE product_id = ANY(CAST(:ids AS text[])) AND day < :oldest
        RETURNING product_id, units
    ),
    sums AS (SELECT product_id, sum(units) AS units FROM old GROUP BY product_id)
    UPDATE search_product p SET
        sales = greatest(0, p.sales - sums.units),
        boost = p.boost - {SALES.format(sales="p.sales")} + {SALES.format(sales="greatest(0, p.sales - sums.units)")}
    FROM sums WHERE p.id = sums.product_id
    """  # noqa: S608
)
_SHOW = text(
    "UPDATE search_place s SET sales = p.sales, boost = p.boost "
    "FROM search_product p WHERE p.id = s.product_id AND p.id = ANY(CAST(:ids AS text[]))"
)


def sold(order_id: str, units: Mapping[str, int], day: date) -> None:
    """Count what an order bought, by product; once, however often it is said."""
    ids = sorted(units)
    rows = json.dumps([{"id": id, "units": units[id]} for id in ids])

    def act(session: sql.Session) -> None:
        session.execute(LOCK, {"ids": ids})
        session.execute(_SOLD, {"order_id": order_id, "day": day, "rows": rows})
        session.execute(_SHOW, {"ids": ids})

    sql.retrying(act, single=True)


def forget(oldest: date, *, most: int) -> int:
    """Count no more what was sold before that day, of so many products at most; says of how many it was."""

    def act(session: sql.Session) -> int:
        ids = list(session.scalars(_OLD, {"oldest": oldest, "most": most}))
        if ids:
            session.execute(LOCK, {"ids": ids})
            session.execute(_FORGET, {"ids": ids, "oldest": oldest})
            session.execute(_SHOW, {"ids": ids})
        return len(ids)

    return sql.retrying(act, single=True)
