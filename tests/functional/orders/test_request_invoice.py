"""Asking for an invoice."""

from collections.abc import Callable
from typing import Any

import pytest

from mall import ids
from tests.fixtures.buying import Mall
from tests.fixtures.gateway import Answer

Invoke = Callable[..., Answer]

PERSON = {"kind": "personal", "title": "李雷"}


def ask(invoke: Invoke, mall: Mall, order_id: str, body: dict[str, Any]) -> Answer:
    return invoke("orders.request_invoice", caller=mall.buyer, path={"order_id": order_id}, body=body)


def test_an_invoice_is_asked_for_once(invoke: Invoke, mall: Mall) -> None:
    trade = mall.buy(mall.tea.wish(1))
    order = mall.order(trade)

    first, second = ask(invoke, mall, order.id, PERSON), ask(invoke, mall, order.id, PERSON)

    assert first.status == 200
    invoice = mall.order(trade).invoice
    assert invoice is not None
    assert (invoice["title"], invoice["kind"]) == ("李雷", "personal")
    assert (second.status, second.body["Details"]["reason"]) == (409, "requested_before")
    # The history says that it was asked for, and nothing of whom it names.
    assert "李雷" not in str(first.body["events"])


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "company", "title": "清风茶业"},
        {"kind": "company", "title": "清风茶业", "tax_number": "123"},
        {"kind": "gift", "title": "x"},
        {"kind": "personal", "title": ""},
        {"kind": "personal", "title": "x", "email": "nobody"},
    ],
)
def test_what_is_no_invoice_is_refused(invoke: Invoke, mall: Mall, body: dict[str, Any]) -> None:
    answer = ask(invoke, mall, mall.order(mall.buy(mall.tea.wish(1))).id, body)

    assert (answer.status, answer.code) == (400, "Invalid")


def test_what_is_not_paid_or_not_mine_has_no_invoice(invoke: Invoke, mall: Mall) -> None:
    assert ask(invoke, mall, mall.order(mall.open()).id, PERSON).body["Details"]["reason"] == "not_paid"
    assert ask(invoke, mall, ids.new("ord", slot=9), PERSON).code == "OrderNotFound"
