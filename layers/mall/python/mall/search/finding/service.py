"""Finding products: by words, by facets, by the place where they are listed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from mall import clock
from mall.catalog.cards import Card, CardView, shown
from mall.fields import Locale
from mall.money import Money
from mall.search import words
from mall.search.finding import store
from mall.search.finding.model import Cursor, FacetCount, NotACursor, Sort, Wanted
from mall.search.finding.schemas import (
    CardList,
    FacetValueView,
    FacetView,
    ListingQuery,
    SearchQuery,
    SearchResult,
)
from mall.search.popular import service as popular


def search(query: SearchQuery, *, source: str) -> SearchResult:
    """A page of what a query finds, asked for from the network address `source`. Raises NotACursor.

    Where no product has all the words, words that no product knows are replaced by similar ones; failing that, products
    with any of the words are found. The cursor tells later pages of which of these lists they are.
    """
    wanted = Wanted(
        words=tuple(words.asked(query.q)),
        category=query.category,
        chosen=query.chosen,
        price_min=query.price_min,
        price_max=query.price_max,
        sort=query.sort,
    )
    if query.q and not wanted.words:
        return SearchResult(items=[], next=None, total=0, facets=[])
    if query.after:
        return _further(query, wanted, query.after)
    found, corrected = _found(query, wanted), None
    if query.q and found.total:
        popular.searched(query.q, source)
    if not found.matched and wanted.words:
        corrected = _corrected(query.q)
        if corrected is not None:
            wanted = replace(wanted, words=tuple(words.asked(corrected)))
            found = _found(query, wanted)
        if not found.matched and len(wanted.words) > 1:
            wanted = replace(wanted, any_word=True)
            found = _found(query, wanted)
    return _result(query, wanted, found, corrected if found.matched else None)


def listing(place: str, query: ListingQuery) -> CardList:
    """A page of the products of a category (with all below it), a brand or a merchant. Raises NotACursor."""
    of = f"{place} {query.sort}"
    after = Cursor.read(query.after, of) if query.after else None
    found, last = store.listing(place, query.sort, limit=query.limit, after=after)
    return CardList.model_validate({"items": _shown(found, query.locale), "next": last and last.text(of)})


def first(place: str, *, limit: int, locale: Locale, sort: Sort = Sort.RELEVANCE) -> CardList:
    """The first page of a place, for pages that go on where `after` of the API takes over."""
    return listing(place, ListingQuery(limit=limit, locale=locale, sort=sort))


def top(place: str, sort: Sort, *, limit: int, locale: str) -> list[CardView]:
    """The first products of a place, for pages that show a few of them."""
    found, _ = store.listing(place, sort, limit=limit, after=None)
    return [CardView.model_validate(card) for card in _shown(found, locale)]


def cards(ids: Sequence[str], *, locale: str) -> list[CardView]:
    """The cards of these products in their order, without those that are not on sale."""
    found = store.cards(list(ids))
    return [CardView.model_validate(card) for card in _shown([found[id] for id in ids if id in found], locale)]


def _found(query: SearchQuery, wanted: Wanted) -> store.Found:
    return store.search(wanted, locale=query.locale, limit=query.limit, after=None)


def _further(query: SearchQuery, wanted: Wanted, after: str) -> SearchResult:
    for candidate in _lists(query, wanted):
        try:
            cursor = Cursor.read(after, candidate.list)
        except NotACursor:
            continue
        found = store.search(candidate, locale=query.locale, limit=query.limit, after=cursor)
        return _result(query, candidate, found, None)
    raise NotACursor


def _lists(query: SearchQuery, wanted: Wanted) -> Iterator[Wanted]:
    """The lists that a first page for this query may have shown."""
    yield wanted
    yield replace(wanted, any_word=True)
    corrected = _corrected(query.q)
    if corrected is not None:
        meant = replace(wanted, words=tuple(words.asked(corrected)))
        yield meant
        yield replace(meant, any_word=True)


def _corrected(text: str) -> str | None:
    """The query with words that no product has replaced by the most similar known ones, if there are such."""
    spelt = {run for chinese, run in words.runs(text) if not chinese and words.tolerated(run)}
    missing = {word.strip("'") for word in store.unknown([f"'{run}'" for run in sorted(spelt)])} if spelt else set()
    better = {word: meant for word in sorted(missing) if (meant := _meant(word)) is not None}
    if not better:
        return None
    return " ".join(better.get(run, run) for _, run in words.runs(text))


def _meant(word: str) -> str | None:
    reach = words.tolerated(word)
    near = [(words.distance(word, known), -weight, known) for known, weight in store.similar(word)]
    return min((found for found in near if found[0] <= reach), default=(0, 0, None))[2]


def _result(query: SearchQuery, wanted: Wanted, found: store.Found, corrected: str | None) -> SearchResult:
    result: dict[str, Any] = {
        "items": _shown(found.cards, query.locale),
        "next": found.last and found.last.text(wanted.list),
        "total": found.total,
        "facets": _facets(found.facets, wanted),
        "price_range": _prices(found),
        "corrected": corrected,
        "relaxed": wanted.any_word and bool(found.matched),
    }
    return SearchResult.model_validate(result)


def _prices(found: store.Found) -> dict[str, Any] | None:
    if found.prices is None:
        return None
    # All prices of a mall are in one currency, that of any card.
    currency = found.cards[0]["price"]["from"]["currency"] if found.cards else Money(0).currency
    lowest, highest = ({"amount": amount, "currency": currency} for amount in found.prices)
    return {"from": lowest, "to": highest}


def _facets(counts: Sequence[FacetCount], wanted: Wanted) -> list[FacetView]:
    return [
        FacetView.model_construct(
            code=code,
            name=values[0].title,
            kind=values[0].kind,
            values=[
                FacetValueView.model_construct(
                    value=one.value, name=one.name, count=one.count, selected=one.value in wanted.chosen.get(code, ())
                )
                for one in values
            ],
        )
        for code, values in ((code, list(group)) for code, group in groupby(counts, key=lambda one: one.code))
    ]


def _shown(found: Sequence[Card], locale: str) -> list[dict[str, Any]]:
    now = clock.now()
    return [shown(card, locale, now) for card in found]
