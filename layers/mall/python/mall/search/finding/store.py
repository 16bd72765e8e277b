"""Searches and listings in PostgreSQL, one statement each, on the readers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from mall import sql
from mall.catalog.cards import Card
from mall.search import words
from mall.search.finding import statement
from mall.search.finding.model import Cursor, FacetCount, Sort, Wanted
from mall.search.model import CATEGORY, facet_id

_CANDIDATES = 40
_UNKNOWN = text(
    """
    SELECT word FROM unnest(CAST(:words AS text[])) AS word
    WHERE NOT EXISTS (SELECT FROM search_product WHERE document @@ to_tsquery('english', word))
    """
)
_SIMILAR = text(
    """
    SELECT term, weight FROM search_term, unnest(trigrams) AS t
    WHERE kind = 'word' AND trigrams && CAST(:trigrams AS text[]) AND t = ANY(CAST(:trigrams AS text[]))
      AND length(term) BETWEEN :shortest AND :longest
    GROUP BY kind, term, ref, weight ORDER BY count(*) DESC, abs(length(term) - :length), weight DESC, term LIMIT :most
    """
)
_CARDS = text("SELECT card FROM search_card WHERE product_id = ANY(CAST(:ids AS text[]))")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cards, the cursor of the next, and with the first page what is known of all hits.

    `matched` counts the products that the words and the category leave, before any other filter.
    """

    cards: list[Card]
    last: Cursor | None
    total: int | None = None
    matched: int = 0
    facets: tuple[FacetCount, ...] = ()
    prices: tuple[int, int] | None = None


def search(wanted: Wanted, *, locale: str, limit: int, after: Cursor | None) -> Found:
    """A page of what is wanted."""
    # A category is a condition of every hit; what else is chosen says which values of its facet will do.
    fixed = [facet_id(CATEGORY, wanted.category)] if wanted.category else []
    chosen = {code: [facet_id(code, value) for value in values] for code, values in sorted(wanted.chosen.items())}
    form = statement.search(
        worded=bool(wanted.words),
        fixed=bool(fixed),
        facets=len(chosen),
        priced=wanted.by_price,
        sort=wanted.sort,
        first=after is None,
    )
    values: dict[str, Any] = {"limit": limit + 1}
    if wanted.words:
        values["words"] = words.query(wanted.words, all_of=not wanted.any_word)
    if fixed:
        values["fixed"] = fixed
    for number, ids in enumerate(chosen.values()):
        values[f"chosen_{number}"] = ids
    if wanted.by_price:
        values["price_min"] = wanted.price_min or 0
        values["price_max"] = 2**62 if wanted.price_max is None else wanted.price_max
    if after is not None:
        values |= {"rank": after.rank, "id": after.id}
    else:
        values |= {"selected": [id for ids in chosen.values() for id in ids], "locale": locale}
        values |= {"category": wanted.category} | {f"code_{bit}": code for bit, code in enumerate(chosen)}
    with sql.session(single=True, read_only=True) as session:
        row = session.execute(form, values).one()
    items = row.items or []
    page = items[:limit]
    last = Cursor(0, page[-1][0], page[-1][1]["id"]) if len(items) > limit else None
    cards = [card for _, card in page]
    if after is not None:
        return Found(cards, last)
    return Found(
        cards,
        last,
        total=row.total,
        matched=row.matched,
        facets=tuple(FacetCount(*facet) for facet in row.facets or ()),
        prices=None if row.prices[0] is None else (row.prices[0], row.prices[1]),
    )


def listing(place: str, sort: Sort, *, limit: int, after: Cursor | None) -> tuple[list[Card], Cursor | None]:
    """A page of the products of a category, brand or merchant, or of the whole mall."""
    values: dict[str, Any] = {"place": place, "limit": limit + 1}
    if after is not None:
        values |= {"rank": after.rank, "id": after.id}
        if sort is Sort.RELEVANCE:
            values["pinned"] = after.pinned
    with sql.session(single=True, read_only=True) as session:
        rows = session.execute(statement.listing(sort, first=after is None), values).all()
    page = rows[:limit]
    cards = [row.card for row in page]
    if len(rows) <= limit:
        return cards, None
    pinned = page[-1].pinned if sort is Sort.RELEVANCE else 0
    return cards, Cursor(pinned, page[-1].rank, cards[-1]["id"])


def cards(ids: list[str]) -> dict[str, Card]:
    """The cards of products that are on sale, by id."""
    with sql.session(single=True, read_only=True) as session:
        return {card["id"]: card for card in session.scalars(_CARDS, {"ids": ids})}


def unknown(asked: list[str]) -> list[str]:
    """Those of these words of `tsquery` that no product has."""
    with sql.session(single=True, read_only=True) as session:
        return list(session.scalars(_UNKNOWN, {"words": asked}))


def similar(word: str) -> list[tuple[str, int]]:
    """Known words that share groups of letters with `word`, the most alike first, and how many products have each."""
    reach = words.tolerated(word)
    values = {
        "trigrams": words.trigrams(word),
        "length": len(word),
        "shortest": len(word) - reach,
        "longest": len(word) + reach,
        "most": _CANDIDATES,
    }
    with sql.session(single=True, read_only=True) as session:
        return [(row.term, row.weight) for row in session.execute(_SIMILAR, values)]
