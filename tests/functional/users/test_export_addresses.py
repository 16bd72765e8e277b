"""Exporting somebody's address book."""

from collections.abc import Callable
from typing import Any

import pytest

from mall.users.address_book import service
from mall.users.address_book.schemas import NewAddress
from mall.users.model import AccountClosed
from tests.fixtures.buckets import keys
from tests.fixtures.copies import part, request
from tests.fixtures.people import address, close, with_account

pytestmark = pytest.mark.usefixtures("database")


def test_every_address_is_there_in_full_and_nobody_elses(run: Callable[..., Any]) -> None:
    me, other = with_account(slot=9), with_account(slot=9)
    mine = {service.add(me.user_id, NewAddress(**address(label=label))).id for label in ("家", "公司")}
    service.add(other.user_id, NewAddress(**address()))
    given = request(me.user_id)

    run("users.export_addresses", given)

    found = part(given, "addresses")
    assert {item["id"] for item in found} == mine
    assert {(item["recipient"], item["phone"]) for item in found} == {("李雷", "+8613800138000")}
    assert {item["label"] for item in found} == {"家", "公司"}


def test_an_empty_book_is_an_empty_list(run: Callable[..., Any]) -> None:
    given = request(with_account().user_id)

    run("users.export_addresses", given)

    assert part(given, "addresses") == []


def test_a_repetition_stores_the_same(run: Callable[..., Any]) -> None:
    me = with_account()
    service.add(me.user_id, NewAddress(**address()))
    given = request(me.user_id)

    for _ in range(2):
        run("users.export_addresses", given)

    assert len(part(given, "addresses")) == len(keys("exports")) == 1


def test_of_a_closed_account_nothing_is_kept(run: Callable[..., Any]) -> None:
    me = with_account()
    service.add(me.user_id, NewAddress(**address()))
    given = request(me.user_id)
    close(me)

    with pytest.raises(AccountClosed):
        run("users.export_addresses", given)

    assert keys("exports") == set()
