"""Terms to suggest, in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import TextClause, text

from mall import sql

_REFRESH_LOCK = 20773
_ALONE = text(f"SELECT pg_try_advisory_xact_lock({_REFRESH_LOCK}, 0)")
_SUGGEST = text(
    """
    SELECT * FROM (
        SELECT DISTINCT ON (term) kind, text, ref, weight
        FROM (
            (SELECT * FROM search_term WHERE kind <> 'word' AND term LIKE :prefix ORDER BY weight DESC, term LIMIT 50)
            UNION ALL
            (SELECT * FROM search_term WHERE kind = 'word' AND term LIKE :prefix ORDER BY weight DESC, term LIMIT 50)
        ) AS near
        ORDER BY term, array_position(ARRAY['category', 'brand', 'query', 'word'], kind), weight DESC
    ) AS best
    ORDER BY array_position(ARRAY['query', 'category', 'brand', 'word'], kind), weight DESC, text, ref
    LIMIT :most
    """
)
_COMPLETIONS = text(
    """
    SELECT word, count(*) AS weight
    FROM search_product p JOIN search_card c ON c.product_id = p.id, unnest(c.words) AS word
    WHERE p.document @@ to_tsquery('english', :words) AND word LIKE :prefix
    GROUP BY word ORDER BY weight DESC, word LIMIT :most
    """
)
_NAMES = text(
    """
    SELECT c.card -> 'name' AS name FROM search_product p JOIN search_card c ON c.product_id = p.id
    WHERE p.document @@ to_tsquery('english', :words) ORDER BY p.boost DESC, p.id LIMIT :most
    """
)
_WORDS = text(
    """
    INSERT INTO search_term AS t (kind, term, ref, text, weight, trigrams)
    SELECT t.kind, t.term, t.ref, t.text, counted.products, t.trigrams
    FROM (SELECT unnest(words) AS word, count(*) AS products FROM search_card GROUP BY 1) AS counted
    JOIN search_term t ON t.kind = 'word' AND t.term = counted.word AND t.weight <> counted.products
    ORDER BY t.term
    ON CONFLICT (kind, term, ref) DO UPDATE SET weight = excluded.weight
    """
)
_PLACES = text(
    """
    INSERT INTO search_term AS t (kind, term, ref, text, weight, trigrams)
    SELECT t.kind, t.term, t.ref, t.text, counted.products, t.trigrams
    FROM (SELECT place, count(*) AS products FROM search_place GROUP BY place) AS counted
    JOIN search_term t ON t.kind IN ('category', 'brand') AND t.ref = counted.place AND t.weight <> counted.products
    ORDER BY t.kind, t.term, t.ref
    ON CONFLICT (kind, term, ref) DO UPDATE SET weight = excluded.weight
    """
)
_COUNT = [_WORDS, _PLACES]
# Whoever adds a product waits here for a moment, so that no word of it is taken for one that no product has.
_GONE = [
    text("LOCK TABLE search_term IN SHARE ROW EXCLUSIVE MODE"),
    text(
        "DELETE FROM search_term t WHERE kind = 'word' "
        "AND NOT EXISTS (SELECT FROM (SELECT DISTINCT unnest(words) AS word FROM search_card) w WHERE w.word = t.term)"
    ),
    text(
        "DELETE FROM search_term t WHERE kind IN ('category', 'brand') "
        "AND NOT EXISTS (SELECT FROM search_place s WHERE s.place = t.ref)"
    ),
]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to suggest: a `query`, `category`, `brand` or `word`, with the id of what it names."""

    kind: str
    text: str
    ref: str


def beginning_with(prefix: str, *, most: int) -> list[Suggestion]:
    """Terms that begin so, the best first; one of those that read the same."""
    with sql.session(single=True, read_only=True) as session:
        rows = session.execute(_SUGGEST, {"prefix": _like(prefix), "most": most})
        return [Suggestion(row.kind, row.text, row.ref) for row in rows]


def completions(words: str, prefix: str, *, most: int) -> list[str]:
    """The ends of a word begun that products with the other words have, the most frequent first."""
    values: dict[str, Any] = {"words": words, "prefix": _like(prefix), "most": most}
    with sql.session(single=True, read_only=True) as session:
        return [row.word for row in session.execute(_COMPLETIONS, values)]


def names(words: str, *, most: int) -> list[str]:
    """The names, in every language, of the best products with these words."""
    with sql.session(single=True, read_only=True) as session:
        return [name for texts in session.scalars(_NAMES, {"words": words, "most": most}) for name in texts.values()]


def refresh() -> bool:
    """Count anew how many products have each term; False if somebody is at it."""

    def run(session: sql.Session, statements: Sequence[TextClause]) -> bool:
        if not session.scalar(_ALONE):
            return False
        for statement in statements:
            session.execute(statement)
        return True

    return all(sql.retrying(partial(run, statements=statements), single=True) for statements in (_COUNT, _GONE))


def _like(prefix: str) -> str:
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"
