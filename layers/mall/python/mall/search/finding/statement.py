"""The statements of searches and listings. Their text depends on the form of a search only, so it is made once a form.

`missed` has a bit for each chosen facet (and one for the range of prices) that a product does not satisfy: with none it
is a hit, with exactly one it still counts for the values of that facet.
"""

from functools import cache

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT
from sqlalchemy.types import TEXT

from mall.search.finding.model import Sort

MOST_VALUES = 50
"""How many values of a facet are told, the most frequent ones."""

# What a word counts in the description, in attributes, in the brand and in the name.
_WEIGHTS = "'{0.05, 0.2, 0.5, 1}'"
_COLUMNS = {
    Sort.RELEVANCE: "boost",
    Sort.SALES: "sales",
    Sort.PRICE: "price",
    Sort.PRICE_DOWN: "price",
    Sort.NEW: "published",
}
_RANKS = {
    Sort.SALES: "p.sales",
    Sort.PRICE: "-p.price",
    Sort.PRICE_DOWN: "p.price",
    Sort.NEW: "p.published",
}


@cache
def search(*, worded: bool, fixed: bool, facets: int, priced: bool, sort: Sort, first: bool) -> TextClause:
    """A page of a search; the `first` with the number of hits, the facets and the range of prices."""
    rank = _RANKS.get(sort) or (_relevance() if worded else "p.boost")
    conditions = []
    if worded:
        conditions.append("p.document @@ to_tsquery('english', :words)")
    if fixed:
        conditions.append("p.facets @> :fixed")
    misses = [f"p.facets && :chosen_{number}" for number in range(facets)]
    if priced:
        misses.append("(p.price <= :price_max AND p.price_to >= :price_min)")
    if not first:
        conditions += misses
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    if not first:
        return _bound(
            f"""
            WITH page AS (
                SELECT * FROM (SELECT p.id, {rank} AS rank FROM search_product p {where}) hit
                WHERE (rank, id) < (:rank, :id) ORDER BY rank DESC, id DESC LIMIT :limit
            )
            SELECT {_ITEMS} AS items
            """,  # noqa: S608  (made of constants, like all that follow)
            facets,
            fixed=fixed,
        )
    missed = " | ".join(f"CASE WHEN {miss} THEN 0 ELSE {1 << bit} END" for bit, miss in enumerate(misses)) or "0"
    single = ", ".join(["0", *(str(1 << bit) for bit in range(len(misses)))])
    price_bit = 1 << facets if priced else 0
    return _bound(
        f"""
        WITH hit AS MATERIALIZED (
            SELECT p.id, p.facets, p.price, p.price_to, {rank} AS rank, {missed} AS missed
            FROM search_product p {where}
        ), page AS (
            SELECT id, rank FROM hit WHERE missed = 0 ORDER BY rank DESC, id DESC LIMIT :limit
        ), counted AS (
            SELECT value, missed, count(*) AS hits
            FROM (SELECT unnest(facets) AS value, missed FROM hit WHERE missed IN ({single})) AS each
            GROUP BY value, missed
            UNION ALL SELECT unnest(:selected), 0, 0
        ), told AS (
            SELECT f.code, f.kind, f.title, f.name, f.value, f.position, CAST(sum(hits) AS bigint) AS hits
            FROM counted JOIN search_facet f ON f.id = counted.value
            WHERE (missed = 0 {_own_bits(facets)}) AND (f.code <> 'category' OR f.parent IS NOT DISTINCT FROM :category)
            GROUP BY f.id
        )
        SELECT
            {_ITEMS} AS items,
            (SELECT count(*) FROM hit WHERE missed = 0) AS total,
            (SELECT count(*) FROM hit) AS matched,
            (SELECT json_build_array(min(price), max(price_to)) FROM hit WHERE missed IN (0, {price_bit})) AS prices,
            (SELECT json_agg(json_build_array(code, kind, {_name("title")}, value, {_name("name")}, hits)
                             ORDER BY code, position, hits DESC, value)
             FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY hits DESC, value) AS place FROM told) best
             WHERE place <= {MOST_VALUES}) AS facets
        """,  # noqa: S608
        facets,
        fixed=fixed,
        selected=True,
    )


@cache
def listing(sort: Sort, *, first: bool) -> TextClause:
    """A page of the products of a place; by default, those that are pinned come first."""
    column = _COLUMNS[sort]
    # The cheapest first is the one order that an index is read forwards in.
    direction, beyond = ("ASC", ">") if sort is Sort.PRICE else ("DESC", "<")
    pinned = sort is Sort.RELEVANCE
    columns = [*(["pinned"] if pinned else []), column, "product_id"]
    values = [*([":pinned"] if pinned else []), ":rank", ":id"]
    after = "" if first else f"AND ({', '.join(columns)}) {beyond} ({', '.join(values)})"
    order = ", ".join(f"{name} {direction}" for name in columns)
    return text(
        f"""
        SELECT page.pinned, page.{column} AS rank, c.card
        FROM (SELECT * FROM search_place WHERE place = :place {after} ORDER BY {order} LIMIT :limit) AS page
        JOIN search_card c USING (product_id) ORDER BY {order}
        """  # noqa: S608
    )


_ITEMS = """
    (SELECT json_agg(json_build_array(page.rank, c.card) ORDER BY page.rank DESC, page.id DESC)
     FROM page JOIN search_card c ON c.product_id = page.id)
"""


def _relevance() -> str:
    return (
        f"CAST(1000000 * ts_rank({_WEIGHTS}, p.document, to_tsquery('english', :words)) * (1 + p.boost / 5000.0)"
        " AS bigint)"
    )


def _name(column: str) -> str:
    return f"coalesce({column} ->> :locale, {column} ->> 'zh-CN', {column} ->> 'en')"


def _own_bits(facets: int) -> str:
    return " ".join(f"OR (missed = {1 << bit} AND f.code = :code_{bit})" for bit in range(facets))


def _bound(statement: str, facets: int, *, fixed: bool, selected: bool = False) -> TextClause:
    numbers = [f"chosen_{number}" for number in range(facets)]
    numbers += ["fixed"] * fixed + ["selected"] * selected
    made = text(statement).bindparams(*(bindparam(name, type_=ARRAY(BIGINT)) for name in numbers))
    return made.bindparams(bindparam("category", type_=TEXT)) if selected else made
