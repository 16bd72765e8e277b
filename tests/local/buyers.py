"""Many people who buy in the deployed mall, and the things on sale that they want."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from infra.local import emulator
from infra.local.shopper import Shopper
from infra.local.state import REGION, STAGE, LocalError
from infra.local.supply import Supply
from infra.local.visitor import Visitor

# How many of them act at the same moment. The emulator starts a process for each call of a function that comes while
# another is at work, so a hundred at once would measure how fast this machine starts a thousand processes.
AT_ONCE = 8

Asked, Answered = TypeVar("Asked"), TypeVar("Answered")


@dataclass(frozen=True)
class Article:
    """Something on sale: `shop` is its merchant."""

    shop: Supply
    product_id: str
    sku_id: str

    @property
    def line(self) -> dict[str, Any]:
        """One of it, as carts and orders take it."""
        return {"product_id": self.product_id, "sku_id": self.sku_id, "quantity": 1}

    def stock(self, available: int) -> None:
        """Say how many can be sold from now on."""
        self.shop.ask("PUT", f"{self._path}", {"offers": [{"sku_id": self.sku_id, "available": available}]})

    def available(self) -> int:
        """How many can be sold now, as its merchant sees it."""
        return int(self.shop.ask("GET", f"/api/merchant/stock/{self.sku_id}")["available"])

    def price(self, amount: int) -> None:
        """Say what it costs from now on."""
        price = {"amount": amount, "currency": "CNY"}
        self.shop.ask("PUT", self._path, {"offers": [{"sku_id": self.sku_id, "price": price}]})

    @property
    def _path(self) -> str:
        return f"/api/merchant/products/{self.product_id}/offers"


def articles(description: Mapping[str, Any], merchants: int = 2, each: int = 1) -> list[Article]:
    """Things on sale, of as many of the demonstration's merchants as wanted: first one of each, then the next of each.

    They are the last in each shop's own list, so that those who look at the first are not disturbed.
    """
    visitor = Visitor(description["api"], description["endpoint"])
    found: list[list[Article]] = []
    for account in [one for one in description["accounts"] if one["role"] == "merchant_owner"][:merchants]:
        proof = {"identifier": account["user"], "password": account["password"]}
        signed_in = visitor.call("POST", "/api/sessions", proof)
        if signed_in.status != 201:
            raise LocalError(f"{account['user']} cannot sign in: {signed_in.body}")
        shop = Supply(visitor, signed_in.body["access_token"])
        own = shop.ask("GET", "/api/merchant/products?limit=100")["items"]
        on_sale = [product["id"] for product in own if product["live"] == "on_sale"][-each:]
        found.append([_article(shop, product_id) for product_id in on_sale])
    return [article for row in zip(*found, strict=True) for article in row]


def newcomers(description: Mapping[str, Any], count: int) -> list[Shopper]:
    """People with accounts of their own, signed in.

    Registering a hundred people over HTTP would take minutes of password hashing and mail. These are written into the
    table of accounts as a registration does, and their tokens are signed by the mall's own key as signing in does.
    """
    with _inside(description, "users-register"):
        from mall import tokens
        from tests.fixtures import people

        callers = [people.with_account() for _ in range(count)]
        signed = [tokens.issue(caller) for caller in callers]
    return [Shopper(Visitor(description["api"], description["endpoint"]), token) for token in signed]


def placed(shopper: Shopper, *wanted: Article, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A trade of these that awaits its payment, or needs none."""
    lines = [article.line | {"quantity": quantity} for article in wanted]
    trade = shopper.order(shopper.quote(lines), lines, **more)
    return shopper.wait(trade["id"], "awaiting_payment", "paid")


def bought(shopper: Shopper, *wanted: Article, quantity: int = 1) -> dict[str, Any]:
    """A paid trade of these."""
    trade = placed(shopper, *wanted, quantity=quantity)
    shopper.pay(trade["intent_id"])
    return shopper.wait(trade["id"], "paid")


def refused(shopper: Shopper, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str | None]:
    """How something that somebody tries is answered: the status, and the code of the refusal."""
    reply = shopper.try_to(method, path, body, **headers)
    return reply.status, reply.code


def all_at_once(act: Callable[[Asked], Answered], those: Iterable[Asked], at_once: int = AT_ONCE) -> list[Answered]:
    """What came of an act of all those, several at a time."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(act, those))


def _article(shop: Supply, product_id: str) -> Article:
    offers = shop.ask("GET", f"/api/merchant/products/{product_id}")["offers"]
    return Article(shop, product_id, offers[-1]["sku_id"])


@contextmanager
def _inside(description: Mapping[str, Any], function: str) -> Iterator[None]:
    """The settings of a deployed function in this process, with the rights of the account's owner."""
    from tests.fixtures.aws import forget_clients

    client: Any = emulator.client("lambda", description["endpoint"])
    settings = client.get_function_configuration(FunctionName=f"{STAGE}-{function}")["Environment"]["Variables"]
    own = {
        "AWS_ENDPOINT_URL": description["endpoint"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("MALL_TABLE_", "MALL_KEY_"))]:
            patch.delenv(name)
        for name, value in {**settings, **own}.items():
            patch.setenv(name, value)
        forget_clients()
        try:
            yield
        finally:
            forget_clients()
