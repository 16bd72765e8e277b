"""The page on which a payment is paid."""

import re
from typing import Any

import pytest

from tests.functional.sandbox.conftest import Merchant


def show(merchant: Merchant, payment: Any, **options: Any) -> Any:
    return merchant.invoke("sandbox.show_pay_page", path=merchant.page(payment), **options)


def test_the_page_says_what_is_due_and_has_two_buttons(merchant: Merchant) -> None:
    answer = show(merchant, merchant.create(), query={"locale": "en"})

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "99.90 CNY" in answer.body
    assert re.findall(r'<button class="\w+" name="decision" value="(\w+)">', answer.body) == ["pay", "decline"]
    assert answer.headers["cache-control"] == "no-store"


def test_what_a_merchant_writes_is_text_and_never_markup(merchant: Merchant) -> None:
    answer = show(merchant, merchant.create())

    assert "Two &lt;teapots&gt;" in answer.body
    assert "<teapots>" not in answer.body


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ({}, "", "zh-CN"),
        ({}, "en-GB,en;q=0.9", "en"),
        ({}, "fr, zh-Hans;q=0.8, en;q=0.5", "zh-CN"),
        ({"locale": "en"}, "zh-CN", "en"),
    ],
)
def test_the_page_speaks_the_language_of_its_reader(
    merchant: Merchant, query: dict[str, str], accepted: str, language: str
) -> None:
    answer = show(merchant, merchant.create(), query=query, headers={"Accept-Language": accepted})

    assert f'<html lang="{language}">' in answer.body


def test_the_page_passes_the_policy_of_a_strict_site(merchant: Merchant) -> None:
    answer = show(merchant, merchant.create())

    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == "'self'"
    assert rules["form-action"] == "'self' https://shop.example"
    assert rules["frame-ancestors"] == "'none'"
    # Nothing of it is written into the page itself, and nothing comes from elsewhere.
    assert not re.search(r"<script|<style|style=|\son\w+=|javascript:", answer.body)
    assert re.findall(r'href="([^"]+)" *>|src=', answer.body.partition("</head>")[0])[-1] == "../style"


@pytest.mark.parametrize(("decision", "word"), [("pay", "Paid"), ("decline", "Payment failed")])
def test_a_payment_that_has_an_end_shows_it_and_the_way_back(merchant: Merchant, decision: str, word: str) -> None:
    payment = merchant.create()
    merchant.decide(payment, decision)

    answer = show(merchant, payment, query={"locale": "en"})

    assert word in answer.body
    assert "<button" not in answer.body
    assert 'href="https://shop.example/back?order=1"' in answer.body


@pytest.mark.parametrize("payment_id", ["sbp_0", "switches", "../secrets"])
def test_a_page_that_there_is_not_says_so(merchant: Merchant, payment_id: str) -> None:
    answer = merchant.invoke("sandbox.show_pay_page", path={"payment_id": payment_id}, query={"locale": "en"})

    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "no such payment" in answer.body
