"""The rankings that are made every few minutes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from mall import clock, sql
from mall.search.popular import store
from tests.functional.search.conftest import Shelf, item

pytestmark = pytest.mark.usefixtures("aws", "database")


def test_hot_words_and_terms_are_ranked_and_what_is_old_goes(shelf: Shelf, run: Callable[..., Any]) -> None:
    shelf(item("boot", 1), item("boot", 2))
    store.count([("boot", "boot", 2)], clock.now())
    store.count([("cup", "cup", 9)], clock.now() - timedelta(days=3))

    results = [run("search.rank_terms", {}) for _ in range(2)]

    assert results == [{"hot_words": True, "terms": True, "sales_forgotten": 0}] * 2
    assert store.hot_words(10) == ["boot"]
    with sql.session(single=True) as session:
        assert session.execute(text("SELECT kind, term, weight FROM search_term ORDER BY kind")).all() == [
            ("query", "boot", 2),
            ("word", "boot", 2),
        ]
        assert session.scalar(text("SELECT count(*) FROM search_count")) == 1


def test_one_ranking_at_a_time(run: Callable[..., Any], database: list[str]) -> None:
    import psycopg

    with psycopg.connect(database[0].replace("+psycopg", "")) as other:
        other.execute("SELECT pg_advisory_xact_lock(20772, 0), pg_advisory_xact_lock(20773, 0)")
        assert run("search.rank_terms", {}) == {"hot_words": False, "terms": False, "sales_forgotten": 0}
