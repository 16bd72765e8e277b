"""What one whole purchase costs: cart line, quote, order, payment, its callback, paid.

The functions get their events as the gateway, the queues and the state machine hand them over, one purchase after the
other, each of a shopper of its own; see `tests.bench.meter` for what counts. The provider of the payment is another
company: its answers come from a server whose CPU is not ours.

    purchase_cpu_ms          functions and PostgreSQL, from the cart line until the trade is paid
    purchase_after_cpu_ms    what the news of it causes then: stock taken out, cart emptied, read models
    purchase_transitions     of the state machine
    purchase_store_calls     of DynamoDB and other services of AWS, until paid
    purchase_statements      of PostgreSQL, until paid
    usd_per_1000_orders      all of it, until the last consequence, on AWS's list prices
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rich.table import Table

from infra.local.postgres import Postgres
from tests.bench import prices
from tests.bench.meter import MeteredMall, Step
from tests.bench.surroundings import environment, quiet

WARM_UP, PURCHASES = 6, 40
AFTER = "afterwards"
_PAID_BY = "orders.on_payment_succeeded"
_PLENTY = 1_000_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Purchase:
    """What a purchase took on average: `steps` by name, until it was paid, and then `after`."""

    steps: list[Step]
    after: Step
    count: int

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are held to the goals."""
        dollars = prices.Bill()
        for step in (*self.steps, self.after):
            dollars.update(step.bill)
        return {
            "purchase_cpu_ms": sum(step.cpu for step in self.steps) * 1000 / self.count,
            "purchase_after_cpu_ms": self.after.cpu * 1000 / self.count,
            "purchase_transitions": sum(step.transitions for step in self.steps) / self.count,
            "purchase_store_calls": sum(step.calls.total() for step in self.steps) / self.count,
            "purchase_statements": sum(step.statements for step in self.steps) / self.count,
            "usd_per_1000_orders": sum(dollars.usd().values()) * 1000 / self.count,
        }

    def table(self) -> Table:
        """What each step took."""
        columns = ("step", "functions run", "CPU ms", "PostgreSQL ms", "statements", "calls of AWS", "transitions")
        table = Table(*columns, "USD / 1,000", title="One purchase, step by step")
        for step in (*self.steps, self.after):
            numbers = (step.functions * 1000, step.postgres * 1000)
            counts = (step.statements, step.calls.total(), step.transitions)
            table.add_row(
                step.name,
                f"{step.invocations.total() / self.count:.3g}",
                *(f"{number / self.count:.1f}" for number in numbers),
                *(f"{count / self.count:.3g}" for count in counts),
                f"{sum(step.bill.usd().values()) * 1000 / self.count:.4f}",
            )
        return table

    def bill(self) -> Table:
        """What a thousand orders cost, by what they are paid for."""
        total = prices.Bill()
        for step in (*self.steps, self.after):
            total.update(step.bill)
        table = Table("for", "units an order", "USD / 1,000 orders", title="The bill", caption=prices.CAPTION)
        for what, dollars in total.usd().items():
            table.add_row(what, f"{total[what] / self.count:.4g}", f"{dollars * 1000 / self.count:.4f}")
        return table


def measure(progress: Progress) -> Purchase:
    """Buy again and again, and say what that took."""
    folder = tempfile.mkdtemp(prefix="mall-bench-")
    try:
        with Postgres(folder, durable=False) as server, environment(server.urls("mall_0", "mall_1")):
            return _measure(server, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(server: Postgres, progress: Progress) -> Purchase:
    from moto import mock_aws

    from mall import config
    from mall.sql import migrations
    from tests.bench.provider import Provider, serving
    from tests.fixtures import aws, goods, stacks

    migrations.migrate()
    description = stacks.read()
    os.environ.update({name: value for name, value in description.environment.items() if name not in aws._PROCESS})
    with mock_aws(config=aws._MOTO), quiet() as log:  # type: ignore[arg-type]
        aws.provide(description)
        provider = Provider(config.secret("payment-sandbox"))
        with serving(provider) as origin, MeteredMall(server, description, log) as mall:
            _tell(origin)
            product = goods.on_sale()
            sku = product.skus[0].id
            _stock(product, sku)
            for number in range(WARM_UP + PURCHASES):
                if number == WARM_UP:
                    mall.steps.clear()
                _Buyer(mall, provider).buy(product.id, sku)
                progress("purchases", number + 1, WARM_UP + PURCHASES)
    after = mall.steps.pop(AFTER)
    return Purchase(list(mall.steps.values()), after, PURCHASES)


class _Buyer:
    """Somebody with an account, an address and a token, who buys once."""

    def __init__(self, mall: MeteredMall, provider: Any) -> None:
        from mall import tokens
        from mall.users.address_book import service as address_book
        from mall.users.address_book.schemas import NewAddress
        from tests.fixtures import people

        self._mall, self._provider = mall, provider
        self._caller = people.with_account()
        self._token = f"Bearer {tokens.issue(self._caller)}"
        self._address = address_book.add(self._caller.user_id, NewAddress(**people.address())).id

    def buy(self, product_id: str, sku_id: str) -> None:
        """One purchase, up to what comes of it last."""
        mall = self._mall
        with mall.during("token verified"):
            method = "arn:aws:execute-api:us-east-1:123456789012:a1/live/POST/api/orders"
            mall.call("users.authorize", {"type": "TOKEN", "authorizationToken": self._token, "methodArn": method})
        with mall.during("cart line"):
            line = {"product_id": product_id, "sku_id": sku_id, "quantity": 1}
            self._ask("POST", "/api/cart/lines", line)
        with mall.during("quote"):
            quote = self._ask("POST", "/api/quotes", {})
        with mall.during("order"):
            wanted = {
                "source": quote["source"],
                "cart_version": quote["cart_version"],
                "address_id": self._address,
                "expected_total": quote["total"],
            }
            trade = self._ask("POST", "/api/orders", wanted, headers={"Idempotency-Key": uuid.uuid4().hex})
        with mall.during("stock held, payment opened"):
            mall.work("orders.await_payment")
        with mall.during(AFTER):
            mall.relay()
        with mall.during("payment begun"):
            intent = self._quietly("GET", "/api/trades/{trade_id}", path={"trade_id": trade["id"]})["intent_id"]
            attempt = self._ask(
                "POST", "/api/payments/{intent_id}/attempts", {"channel": "sandbox"}, path={"intent_id": intent}
            )
        with mall.during("callback"):
            headers, body = self._provider.callback(attempt["attempt_id"])
            path = {"channel": "sandbox"}
            self._ask("POST", "/api/payments/callbacks/{channel}", body, path=path, headers=headers, signed_in=False)
        with mall.during("paid"):
            mall.relay()
            mall.deliver(_PAID_BY)
            mall.finish()
        stage = self._quietly("GET", "/api/trades/{trade_id}", path={"trade_id": trade["id"]})["stage"]
        assert stage == "paid", f"the trade is {stage}"
        with mall.during(AFTER):
            while mall.nudges or mall.news:
                mall.relay()
                mall.deliver()

    def _ask(
        self,
        method: str,
        pattern: str,
        body: Any = None,
        *,
        path: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        signed_in: bool = True,
    ) -> Any:
        from mall.auth import NOBODY

        sent = dict(headers or {}) | ({"Authorization": self._token} if signed_in else {})
        caller = self._caller if signed_in else NOBODY
        answer = self._mall.ask(_name(method, pattern), body=body, path=path, headers=sent, caller=caller)
        assert answer.status < 300, (method, pattern, answer)
        return answer.body

    def _quietly(self, method: str, pattern: str, **request: Any) -> Any:
        """Ask for something that is no part of the purchase."""
        with self._mall.during(""):
            return self._ask(method, pattern, **request)


@cache
def _name(method: str, pattern: str) -> str:
    """The function behind an operation of the API."""
    from infra.api.endpoints import routes

    return next(route.name for route in routes() if (route.operation.method, route.operation.path) == (method, pattern))


def _tell(origin: str) -> None:
    """Where the mall and the provider find each other, as a deployment writes it down."""
    from mall import aws, config

    for name, value in (("api-origin", origin), ("site-origin", "https://mall.example")):
        aws.client("ssm").put_parameter(Name=f"/{config.stage()}/{name}", Value=value, Type="String", Overwrite=True)


def _stock(product: Any, sku_id: str) -> None:
    from mall.inventory import service as inventory

    inventory.set_available(product.merchant_id, product.id, {sku_id: _PLENTY}, by="usr_bench", reason="measurement")
