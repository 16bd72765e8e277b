"""A hundred people want twenty things, in the deployed mall over its public API: twenty get one, and eighty are told.

What the mall answers to a loser comes at one of three moments, and each is held to be clean and quick:
- what they put into the cart, or their order, is refused, since all are reserved already: 409 at once;
- their order is taken, and its reservation then fails: the trade says SoldOut, and so does any attempt to pay for it;
- nobody who has come to pay loses: what awaits its payment has its stock.
"""

import time
import uuid
from collections import Counter
from dataclasses import dataclass

import pytest

from infra.local.shopper import Refused, Shopper
from tests.local.buyers import AT_ONCE, Article, all_at_once, articles, newcomers
from tests.local.conftest import LocalMall

BUYERS, STOCK = 100, 20
PATIENCE_SECONDS = 5.0
# What a loser may be told, where: putting it into the cart, ordering, or looking at the trade.
TOLD = {"409 NotEnoughStock", "409 CartChanged", "409 SoldOut", "cancelled SoldOut"}
# Winners wait for their turn: the mall is busy with everybody else.
WINNERS_PATIENCE_SECONDS = 60.0


@dataclass
class Buyer:
    """One of the hundred: how their purchase ended (`paid`, or what they were told), and how long that took."""

    shopper: Shopper
    article: Article
    outcome: str = ""
    told_after: float = 0.0

    def fill_cart(self) -> None:
        """Put the one thing into the cart."""
        self.shopper.add(self.article.product_id, self.article.sku_id)

    def rush(self) -> None:
        """Fill the cart, order and pay, as quickly as the mall lets them."""
        began = time.monotonic()
        try:
            self.fill_cart()
        except Refused as refusal:
            self._lost(f"{refusal.reply.status} {refusal.reply.code}", began)
        else:
            self.order_and_pay()

    def order_and_pay(self) -> None:
        """Order what is in the cart, and pay for it."""
        wish = self.shopper.wish(self.shopper.quote())
        began = time.monotonic()
        reply = self.shopper.try_to("POST", "/api/orders", wish, Idempotency_Key=uuid.uuid4().hex)
        if reply.status != 202:
            self._lost(f"{reply.status} {reply.code}", began)
            return
        trade = self.shopper.wait(reply.body["id"], "awaiting_payment", "cancelled", seconds=WINNERS_PATIENCE_SECONDS)
        if trade["stage"] == "cancelled":
            self._lost(f"cancelled {trade['reason']}", began)
            return
        self.shopper.pay(trade["intent_id"])
        self.outcome = self.shopper.wait(trade["id"], "paid", seconds=WINNERS_PATIENCE_SECONDS)["stage"]

    def _lost(self, told: str, began: float) -> None:
        self.outcome, self.told_after = told, time.monotonic() - began


def crowd(mall: LocalMall, count: int, stock: int) -> list[Buyer]:
    """People with an address each, and one thing that they all want."""
    article = articles(mall.description, merchants=1, each=2)[0]
    article.stock(stock)
    found = [Buyer(shopper, article) for shopper in newcomers(mall.description, count)]
    all_at_once(lambda buyer: buyer.shopper.address(), found)
    return found


@pytest.fixture(scope="module")
def _warm(mall: LocalMall) -> None:
    """A smaller rush before: the emulator starts a process for each call that comes while another is at work."""
    all_at_once(Buyer.fill_cart, some := crowd(mall, 2 * AT_ONCE, AT_ONCE // 2))
    all_at_once(Buyer.order_and_pay, some)


@pytest.fixture
def buyers(mall: LocalMall, _warm: None) -> list[Buyer]:
    """The hundred."""
    return crowd(mall, BUYERS, STOCK)


def check(buyers: list[Buyer]) -> None:
    """That exactly twenty have paid, and that everybody else was told so in time."""
    outcomes = Counter(buyer.outcome for buyer in buyers)
    losers = [buyer for buyer in buyers if buyer.outcome != "paid"]

    assert outcomes["paid"] == STOCK, outcomes
    assert set(outcomes) <= {"paid", *TOLD}, outcomes
    assert max(buyer.told_after for buyer in losers) <= PATIENCE_SECONDS, outcomes
    assert sum(len(buyer.shopper.orders("?status=paid")) for buyer in buyers) == STOCK
    stock = buyers[0].article.shop.ask("GET", f"/api/merchant/stock/{buyers[0].article.sku_id}")
    assert (stock["available"], stock["on_hand"] - stock["reserved"]) == (0, 0)


def test_of_a_hundred_in_a_rush_exactly_twenty_get_one_of_twenty(buyers: list[Buyer]) -> None:
    all_at_once(Buyer.rush, buyers)

    check(buyers)


def test_of_a_hundred_with_their_carts_ready_exactly_twenty_get_one_of_twenty(buyers: list[Buyer]) -> None:
    all_at_once(Buyer.fill_cart, buyers)

    all_at_once(Buyer.order_and_pay, buyers)

    check(buyers)
