"""The index in PostgreSQL: written product by product, under a lock on each."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from mall import sql
from mall.search import words
from mall.search.index.model import Entry, Term

_LOCK_CLASS = 20771
"""What our advisory locks are told by from others'."""

_MOST_TERM = 60

LOCK = text(
    f"""
    SELECT count(pg_advisory_xact_lock({_LOCK_CLASS}, number))
    FROM (SELECT DISTINCT hashtext(id) AS number FROM unnest(CAST(:ids AS text[])) AS id ORDER BY 1) AS products
    """  # noqa: S608  (made of constants, like all that follow)
)
_DIGESTS = text("SELECT product_id, digest FROM search_card WHERE product_id = ANY(CAST(:ids AS text[]))")
_REMOVE = [
    text(f"DELETE FROM {table} WHERE {key} = ANY(CAST(:ids AS text[]))")  # noqa: S608
    for table, key in (("search_place", "product_id"), ("search_card", "product_id"), ("search_product", "id"))
]
# What sales add to a product's standing: the tenth as much as the tenth to the hundredth.
SALES = "CAST(round(100 * ln(1 + {sales})) AS bigint)"
_PRODUCTS = text(
    f"""
    INSERT INTO search_product AS p (id, document, facets, price, price_to, sales, boost, published)
    SELECT r.id,
           setweight(to_tsvector('english', r.a), 'A') || setweight(to_tsvector('english', r.b), 'B')
           || setweight(to_tsvector('english', r.c), 'C') || setweight(to_tsvector('english', r.d), 'D'),
           ARRAY(SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(r.facets)),
           r.price, r.price_to, sold.units, r.standing + {SALES.format(sales="sold.units")}, r.published
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
        (id text, a text, b text, c text, d text, facets jsonb, price bigint, price_to bigint, standing bigint,
         published bigint),
        -- Of one that is there already, the number stays, which is kept with each sale.
        LATERAL (
            SELECT CASE WHEN EXISTS (SELECT FROM search_product known WHERE known.id = r.id) THEN 0
                ELSE (SELECT coalesce(sum(s.units), 0) FROM search_sale s WHERE s.product_id = r.id) END
        ) AS sold (units)
    ON CONFLICT (id) DO UPDATE SET
        document = excluded.document, facets = excluded.facets, price = excluded.price, price_to = excluded.price_to,
        boost = excluded.boost + {SALES.format(sales="p.sales")}, published = excluded.published
    """  # noqa: S608
)
_NEW_CARDS = text(
    """
    INSERT INTO search_card (product_id, card, words, digest)
    SELECT r.id, r.card, ARRAY(SELECT jsonb_array_elements_text(r.words)), r.digest
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
        (id text, card jsonb, words jsonb, digest text)
    ON CONFLICT (product_id) DO UPDATE SET
        card = excluded.card, words = excluded.words, digest = excluded.digest
    """
)
_OLD_PLACES = text(
    """
    DELETE FROM search_place s USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id text, places jsonb)
    WHERE s.product_id = r.id AND NOT r.places ? s.place
    """
)
_PLACES = text(
    """
    INSERT INTO search_place AS s (place, product_id, pinned, boost, sales, price, published)
    SELECT place, p.id, r.pinned, p.boost, p.sales, p.price, p.published
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id text, places jsonb, pinned bigint)
    JOIN search_product p USING (id), jsonb_array_elements_text(r.places) AS place
    ON CONFLICT (place, product_id) DO UPDATE SET
        pinned = excluded.pinned, boost = excluded.boost, sales = excluded.sales, price = excluded.price,
        published = excluded.published
    """
)
# Many products share these rows, so they are touched only where something is new, and in the same order by everybody.
_FACETS = text(
    """
    INSERT INTO search_facet (id, code, value, kind, title, name, parent, position)
    SELECT r.* FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
        (id bigint, code text, value text, kind text, title jsonb, name jsonb, parent text, position bigint)
    LEFT JOIN search_facet f ON f.id = r.id
    WHERE (f.kind, f.title, f.name, f.parent, f.position)
          IS DISTINCT FROM (r.kind, r.title, r.name, r.parent, r.position)
    ORDER BY r.id
    ON CONFLICT (id) DO UPDATE SET
        kind = excluded.kind, title = excluded.title, name = excluded.name, parent = excluded.parent,
        position = excluded.position
    """
)
_TERMS = text(
    """
    INSERT INTO search_term (kind, term, ref, text, weight, trigrams)
    SELECT r.kind, r.term, r.ref, r.text, 1, ARRAY(SELECT jsonb_array_elements_text(r.trigrams))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (kind text, term text, ref text, text text, trigrams jsonb)
    WHERE NOT EXISTS (SELECT FROM search_term t WHERE (t.kind, t.term, t.ref) = (r.kind, r.term, r.ref))
    ORDER BY r.kind, r.term, r.ref
    ON CONFLICT DO NOTHING
    """
)
_IN_PLACE = text(
    "SELECT product_id FROM search_place WHERE place = :place AND product_id > :after ORDER BY product_id LIMIT :most"
)


def write(ids: Sequence[str], read: Callable[[Sequence[str]], Mapping[str, Entry]]) -> int:
    """Make the entries of these products what `read` finds, and say how many were changed; None found is removed.

    Nobody else changes them between the reading and the writing.
    """
    wanted = sorted(set(ids))

    def act(session: sql.Session) -> int:
        session.execute(LOCK, {"ids": wanted})
        entries = read(wanted)
        known = {row.product_id: row.digest for row in session.execute(_DIGESTS, {"ids": wanted})}
        gone = [id for id in wanted if id in known and id not in entries]
        if gone:
            for statement in _REMOVE:
                session.execute(statement, {"ids": gone})
        changed = [(entry, digest) for entry in entries.values() if known.get(entry.id) != (digest := entry.digest())]
        if changed:
            _store(session, changed)
        return len(gone) + len(changed)

    return sql.retrying(act, single=True)


def in_place(place: str, *, together: int = 200) -> Iterator[list[str]]:
    """The products of a place, some at a time; a product that comes or goes meanwhile may be missed."""
    after = ""
    while True:
        with sql.session(single=True) as session:
            found = list(session.scalars(_IN_PLACE, {"place": place, "after": after, "most": together}))
        if not found:
            return
        yield found
        after = found[-1]


def _store(session: sql.Session, changed: Sequence[tuple[Entry, str]]) -> None:
    rows = json.dumps([_row(entry, digest) for entry, digest in changed])
    facets = {value.id: value for entry, _ in changed for value in entry.facets}
    terms = {
        (term.kind, key, term.ref): term
        for entry, _ in changed
        for term in (*entry.terms, *(Term("word", word) for word in _words(entry)))
        if 0 < len(key := words.normal(term.text)) <= _MOST_TERM
    }
    session.execute(_PRODUCTS, {"rows": rows})
    session.execute(_NEW_CARDS, {"rows": rows})
    session.execute(_OLD_PLACES, {"rows": rows})
    session.execute(_PLACES, {"rows": rows})
    session.execute(
        _FACETS,
        {
            "rows": json.dumps(
                [
                    {
                        "id": id,
                        "code": one.code,
                        "value": one.value,
                        "kind": one.kind,
                        "title": dict(one.title),
                        "name": dict(one.name),
                        "parent": one.parent,
                        "position": one.position,
                    }
                    for id, one in facets.items()
                ]
            )
        },
    )
    session.execute(
        _TERMS,
        {
            "rows": json.dumps(
                [
                    {
                        "kind": kind,
                        "term": key,
                        "ref": ref,
                        "text": term.text,
                        "trigrams": words.trigrams(key) if kind == "word" else [],
                    }
                    for (kind, key, ref), term in terms.items()
                ]
            )
        },
    )


def _row(entry: Entry, digest: str) -> dict[str, Any]:
    name, brand, attributes, description = (words.indexed(texts) for texts in entry.texts)
    return {
        "id": entry.id,
        "a": name,
        "b": brand,
        "c": attributes,
        "d": description,
        "facets": [str(value.id) for value in entry.facets],
        "price": entry.price,
        "price_to": entry.price_to,
        "standing": entry.standing(),
        "published": int(entry.published_at.timestamp() * 1000),
        "card": entry.card,
        "words": sorted(_words(entry)),
        "digest": digest,
        "places": list(entry.everywhere),
        "pinned": int("pinned" in entry.flags),
    }


def _words(entry: Entry) -> set[str]:
    """The words by which spelling is corrected: those of names, brands and attributes."""
    return words.latin(text for texts in entry.texts[:3] for text in texts)
