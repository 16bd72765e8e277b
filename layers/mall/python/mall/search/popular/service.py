"""What people search for: counted, ranked, told."""

from mall import clock
from mall.observability import logger
from mall.search import words
from mall.search.popular import store
from mall.search.popular.model import LONGEST, Tally
from mall.search.popular.schemas import HotWordList, HotWordQuery, HotWordView

_tally = Tally()


def searched(text: str, source: str) -> None:
    """Count a search that found something. Never fails: who searches does not wait for statistics to be mended."""
    term, now = words.normal(text), clock.now()
    if not 2 <= len(term) <= LONGEST:
        return
    _tally.add(term, " ".join(text.split()), source, at=now)
    if _tally.due(now):
        try:
            write_down()
        except Exception:
            logger.exception("searches not counted")


def write_down() -> None:
    """Add what this environment has counted to the counts of all."""
    now = clock.now()
    store.count(_tally.take(now), now)


def forget() -> None:
    """Drop what this environment has counted. For tests."""
    global _tally  # noqa: PLW0603
    _tally = Tally()


def rank() -> bool:
    """Make the ranking of hot words anew; False if somebody else is at it."""
    return store.rank(clock.now())


def hot_words(query: HotWordQuery) -> HotWordList:
    """What is searched for most."""
    return HotWordList(items=[HotWordView(text=text) for text in store.hot_words(query.limit)])
