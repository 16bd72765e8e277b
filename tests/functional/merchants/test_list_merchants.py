"""The list of merchants."""

from collections.abc import Callable
from typing import Any

from mall.auth import Caller


def test_merchants_come_in_the_order_in_which_they_came_page_by_page(
    create: Callable[..., Any], invoke: Any, operator: Caller
) -> None:
    made = [create()["id"] for _ in range(5)]

    first = invoke("merchants.list_merchants", caller=operator, query={"limit": "3"}).body
    second = invoke("merchants.list_merchants", caller=operator, query={"limit": "3", "after": first["next"]}).body

    assert [one["id"] for one in first["items"] + second["items"]] == made
    assert second["next"] is None


def test_those_are_listed_too_that_may_not_sell(
    create: Callable[..., Any], act: Any, invoke: Any, operator: Caller
) -> None:
    merchant = create()
    act("suspend", merchant["id"], reason="The licence has expired.")

    (shown,) = invoke("merchants.list_merchants", caller=operator).body["items"]

    assert (shown["state"], shown["reason"]) == ("suspended", "The licence has expired.")


def test_a_cursor_of_ones_own_making_is_refused(invoke: Any, operator: Caller) -> None:
    answer = invoke("merchants.list_merchants", caller=operator, query={"after": "abc"})

    assert (answer.status, answer.code) == (400, "Invalid")
