"""The shop front of a merchant."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.merchants.conftest import ABSENT


@pytest.mark.parametrize(("locale", "name"), [("zh-CN", "山泉茶行"), ("en", "Tea House")])
def test_it_speaks_the_readers_language(create: Callable[..., Any], invoke: Any, locale: str, name: str) -> None:
    merchant = create()

    answer = invoke("merchants.get_merchant", path={"merchant_id": merchant["id"]}, query={"locale": locale})

    assert (answer.status, answer.body["name"]) == (200, name)


def test_a_name_in_one_language_serves_both(create: Callable[..., Any], invoke: Any) -> None:
    merchant = create(name={"en": "Only English"})

    assert invoke("merchants.get_merchant", path={"merchant_id": merchant["id"]}).body["name"] == "Only English"


def test_what_only_staff_should_know_is_not_shown(create: Callable[..., Any], invoke: Any) -> None:
    merchant = create(trusted=True)

    shown = invoke("merchants.get_merchant", path={"merchant_id": merchant["id"]}).body

    assert set(shown) == {"id", "kind", "name", "about", "slug", "logo"}


def test_nobody_else_is_found(create: Callable[..., Any], act: Any, invoke: Any) -> None:
    suspended, closed = create(), create()
    act("suspend", suspended["id"], reason="The licence has expired.")
    act("close", closed["id"], reason="It left.")

    for merchant_id in (suspended["id"], closed["id"], ABSENT, "slug#tea-house", "x"):
        answer = invoke("merchants.get_merchant", path={"merchant_id": merchant_id})
        assert (answer.status, answer.code) == (404, "NoSuchMerchant")
