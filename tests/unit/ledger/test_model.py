"""Postings and the entries that are made of them."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.ledger import model
from mall.ledger.model import Entry, NotAnAccount, Posting, Unbalanced
from mall.money import Money

names = st.sampled_from(["suspense", "channel:sandbox:clearing", "user:usr_1:wallet", "platform:fee", "intent:pay_1"])
amounts = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["CNY", "USD"]))


def test_a_debit_is_paired_with_its_credit() -> None:
    some = Money(8500)

    assert model.entries([model.debit("intent:pay_1", some), model.credit("merchant:mer_1:pending", some)]) == [
        Entry("intent:pay_1", "merchant:mer_1:pending", some)
    ]


def test_debits_fill_credits_in_the_order_in_which_they_are_given() -> None:
    postings = [
        Posting("intent:pay_1", Money(8000)),
        Posting("platform:marketing", Money(1000)),
        Posting("merchant:mer_1:pending", Money(-3000)),
        Posting("merchant:mer_2:pending", Money(-6000)),
    ]

    assert model.entries(postings) == [
        Entry("intent:pay_1", "merchant:mer_1:pending", Money(3000)),
        Entry("intent:pay_1", "merchant:mer_2:pending", Money(5000)),
        Entry("platform:marketing", "merchant:mer_2:pending", Money(1000)),
    ]


@given(st.lists(st.builds(Posting, names, amounts), max_size=8))
def test_entries_leave_every_account_where_its_postings_would(some: list[Posting]) -> None:
    for currency in ("CNY", "USD"):
        rest = sum(posting.amount.cents for posting in some if posting.amount.currency == currency)
        some = [*some, Posting("merchant:mer_1:pending", Money(-rest, currency))]
    wanted: Counter[tuple[str, str]] = Counter()
    for posting in some:
        wanted[posting.account, posting.amount.currency] += posting.amount.cents

    try:
        made = model.entries(some)
    except Unbalanced:
        assert not any(posting.amount for posting in some)
        return

    moved: Counter[tuple[str, str]] = Counter()
    for entry in made:
        assert entry.amount.cents > 0
        moved[entry.debit, entry.amount.currency] += entry.amount.cents
        moved[entry.credit, entry.amount.currency] -= entry.amount.cents
    assert {key: cents for key, cents in moved.items() if cents} == {k: cents for k, cents in wanted.items() if cents}
    assert len(made) < len(some)


@pytest.mark.parametrize(
    "postings",
    [
        [],
        [Posting("suspense", Money(0))],
        [Posting("suspense", Money(1))],
        [Posting("suspense", Money(5)), Posting("platform:fee", Money(-4))],
        [Posting("suspense", Money(5, "CNY")), Posting("platform:fee", Money(-5, "USD"))],
    ],
)
def test_postings_that_do_not_add_up_are_refused(postings: list[Posting]) -> None:
    with pytest.raises(Unbalanced):
        model.entries(postings)


@pytest.mark.parametrize("name", ["", "User", "a:b:c:d", "user:usr 1:wallet", "user:" + "x" * 128, "user:ü"])
def test_what_is_no_account_is_refused(name: str) -> None:
    with pytest.raises(NotAnAccount):
        Posting(name, Money(1))
