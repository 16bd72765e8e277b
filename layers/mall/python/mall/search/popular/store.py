"""Counts of searches and the ranking made of them, in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from mall import sql
from mall.search.popular.model import COUNTED, HALF_LIFE_HOURS, MOST_HOT_WORDS

_RANKING_LOCK = 20772
_COUNT = text(
    """
    INSERT INTO search_count AS c (hour, term, text, searches)
    SELECT date_trunc('hour', CAST(:at AS timestamptz), 'UTC'), r.term, r.text, r.searches
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (term text, text text, searches bigint)
    ORDER BY r.term
    ON CONFLICT (hour, term) DO UPDATE SET searches = c.searches + excluded.searches
    """
)
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_RANKING_LOCK}, 0)")
_FORGET = text("DELETE FROM search_count WHERE hour < :oldest")
_CLEAR = text("DELETE FROM search_hot_word")
_RANK = text(
    """
    INSERT INTO search_hot_word (rank, text, score)
    SELECT row_number() OVER (ORDER BY score DESC, term), text, CAST(1000 * score AS bigint)
    FROM (
        SELECT term, max(text) AS text,
               sum(searches * power(0.5, extract(epoch FROM CAST(:now AS timestamptz) - hour) / 3600 / :half_life))
               AS score
        FROM search_count GROUP BY term
    ) AS counted
    ORDER BY score DESC, term LIMIT :most
    """
)
_QUERIES = text(
    """
    INSERT INTO search_term AS t (kind, term, ref, text, weight, trigrams)
    SELECT 'query', term, '', max(text), sum(searches), '{}' FROM search_count GROUP BY term ORDER BY term
    ON CONFLICT (kind, term, ref) DO UPDATE SET weight = excluded.weight WHERE t.weight <> excluded.weight
    """
)
_OLD_QUERIES = text(
    "DELETE FROM search_term t WHERE kind = 'query' AND NOT EXISTS (SELECT FROM search_count c WHERE c.term = t.term)"
)
_HOT = text("SELECT text FROM search_hot_word ORDER BY rank LIMIT :most")


def count(searches: Sequence[tuple[str, str, int]], at: datetime) -> None:
    """Add to the counts of the present hour."""
    rows = json.dumps([{"term": term, "text": text, "searches": number} for term, text, number in searches])
    sql.retrying(lambda session: session.execute(_COUNT, {"at": at, "rows": rows}), single=True)


def rank(now: datetime) -> bool:
    """Make the ranking anew, forget old counts and let frequent searches be suggested; False if somebody is at it."""

    def act(session: sql.Session) -> bool:
        if not session.scalar(_ALONE):
            return False
        values: dict[str, Any] = {"now": now, "half_life": HALF_LIFE_HOURS, "most": MOST_HOT_WORDS}
        session.execute(_FORGET, {"oldest": now - COUNTED})
        session.execute(_CLEAR)
        session.execute(_RANK, values)
        session.execute(_QUERIES)
        session.execute(_OLD_QUERIES)
        return True

    return sql.retrying(act, single=True)


def hot_words(most: int) -> list[str]:
    """The ranking's first words."""
    with sql.session(single=True, read_only=True) as session:
        return list(session.scalars(_HOT, {"most": most}))
