"""Suggestions while somebody types."""

from collections import Counter

from mall.search import words
from mall.search.suggestions import store
from mall.search.suggestions.schemas import SuggestionList, SuggestionQuery, SuggestionView

_MOST_ENDS = 20
_MOST_NAMES = 50
# A run of Chinese characters is taken to be one term up to this length.
_LONGEST_END = 8


def suggest(query: SuggestionQuery) -> SuggestionList:
    """Terms that begin with what was typed; then what could be the rest of its last word, given the others."""
    typed = words.normal(query.q)
    if not typed:
        return SuggestionList(items=[])
    found = [
        SuggestionView.model_validate({"text": one.text, "kind": one.kind, "id": one.ref or None})
        for one in store.beginning_with(typed, most=query.limit)
    ]
    if len(found) < query.limit:
        there = {words.normal(one.text) for one in found}
        found += [SuggestionView(text=text, kind="word", id=None) for text in _continued(typed) if text not in there]
    return SuggestionList(items=found[: query.limit])


def _continued(typed: str) -> list[str]:
    """How products' words go on from what was typed."""
    before, _, begun = typed.rpartition(" ")
    if begun.isascii():
        given = words.asked(before)
        ends = store.completions(words.query(given), begun, most=_MOST_ENDS) if given else []
        return [f"{before} {end}" for end in ends if end not in before.split()]
    asked = words.asked(typed)
    counted = Counter(
        run[at : max(at + len(begun) + 2, len(run) if len(run) - at <= _LONGEST_END else 0)]
        for name in (store.names(words.query(asked), most=_MOST_NAMES) if asked else ())
        for _, run in words.runs(name)
        if (at := run.find(begun)) >= 0
    )
    return [f"{before} {end}".strip() for end, _ in counted.most_common(_MOST_ENDS) if end != begun]


def refresh() -> bool:
    """Count anew how many products each term stands for; False if somebody else is at it."""
    return store.refresh()
