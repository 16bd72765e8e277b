"""Reading what one's wallet did."""

from collections.abc import Callable

import pytest

from mall import ids
from tests.fixtures import people
from tests.fixtures.gateway import Answer
from tests.functional.wallet import acts

pytestmark = pytest.mark.usefixtures("database")


def test_the_history_tells_what_for_how_much_and_what_was_left_the_latest_first(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    trade = acts.trade_of(me.user_id)
    acts.credit(me.user_id, 5000, "pay_1")
    acts.hold(me.user_id, trade, 3000)
    acts.release(me.user_id, trade)

    answer = invoke("wallet.list_entries", caller=me)

    told = [
        (entry["kind"], entry["reference"], entry["amount"]["amount"], entry["balance"]["amount"])
        for entry in answer.body["items"]
    ]
    assert told == [
        ("payment_returned", trade, 3000, 5000),
        ("payment", trade, -3000, 2000),
        ("top_up", "pay_1", 5000, 5000),
    ]
    assert answer.body["next"] is None


def test_the_history_comes_in_pages_without_gaps(invoke: Callable[..., Answer]) -> None:
    me = people.customer()
    for cents in range(1, 6):
        acts.credit(me.user_id, cents)

    seen, after, pages = [], None, 0
    while pages == 0 or after:
        query = {"limit": "2"} | ({"after": after} if after else {})
        answer = invoke("wallet.list_entries", caller=me, query=query)
        seen += [entry["amount"]["amount"] for entry in answer.body["items"]]
        after, pages = answer.body["next"], pages + 1

    assert (seen, pages) == ([5, 4, 3, 2, 1], 3)


def test_nobody_sees_the_history_of_another_whatever_cursor_they_have(invoke: Callable[..., Answer]) -> None:
    me, stranger = people.customer(5), people.customer(5)
    acts.credit(me.user_id, 5000)
    cursor = ids.new("wle", slot=5)

    for query in ({}, {"after": cursor}):
        assert invoke("wallet.list_entries", caller=stranger, query=query).body["items"] == []


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"after": "x"}, {"offset": "1"}])
def test_what_is_no_page_is_refused(invoke: Callable[..., Answer], query: dict[str, str]) -> None:
    answer = invoke("wallet.list_entries", caller=people.customer(), query=query)

    assert (answer.status, answer.code) == (400, "Invalid")
