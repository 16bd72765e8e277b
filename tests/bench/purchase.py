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

import gc
import json
import os
import shutil
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean, median
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from infra.local.postgres import Postgres
from tests.bench import prices
from tests.bench.meter import MeteredMall, Step
from tests.bench.surroundings import environment, quiet

WARM_UP, PURCHASES = 6, 40
AFTER = "afterwards"
_PAID_BY = "orders.on_payment_succeeded"
_PLENTY = 1_000_000

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Purchase:
    """What purchases took: the steps of each, by name. CPU is told by the median, what is counted by the mean."""

    runs: Sequence[Mapping[str, Step]]

    @property
    def figures(self) -> dict[str, float]:
        """The figures that are held to the goals."""
        return {
            "purchase_cpu_ms": median(sum(step.cpu for step in _until_paid(run)) for run in self.runs) * 1000,
            "purchase_after_cpu_ms": median(run[AFTER].cpu for run in self.runs) * 1000,
            "purchase_transitions": fmean(sum(step.transitions for step in _until_paid(run)) for run in self.runs),
            "purchase_store_calls": fmean(sum(step.calls.total() for step in _until_paid(run)) for run in self.runs),
            "purchase_statements": fmean(sum(step.statements for step in _until_paid(run)) for run in self.runs),
            "usd_per_1000_orders": sum(self._bill().usd().values()) * 1000,
        }

    def tables(self) -> Iterator[Table]:
        """What each step took, what was asked of AWS in it, and the bill."""
        columns = ("step", "functions", "CPU ms", "PostgreSQL ms", "statements", "calls of AWS", "transitions")
        steps = Table(*columns, "what is called", title="One purchase, step by step")
        for name in self.runs[0]:
            found = [run[name] for run in self.runs]
            calls = sum((step.calls for step in found), Counter())
            steps.add_row(
                name,
                f"{fmean(step.invocations.total() for step in found):.3g}",
                f"{median(step.functions for step in found) * 1000:.1f}",
                f"{median(step.postgres for step in found) * 1000:.1f}",
                f"{fmean(step.statements for step in found):.3g}",
                f"{fmean(step.calls.total() for step in found):.3g}",
                f"{fmean(step.transitions for step in found):.3g}",
                ", ".join(f"{what} {count / len(found):.3g}" for what, count in calls.most_common()),
            )
        yield steps
        bill = self._bill()
        table = Table("for", "units an order", "USD / 1,000 orders", title="The bill", caption=prices.CAPTION)
        for what, dollars in bill.usd().items():
            table.add_row(what, f"{bill[what]:.4g}", f"{dollars * 1000:.4f}")
        yield table

    def _bill(self) -> prices.Bill:
        """What one purchase is billed for, with all that comes of it."""
        total = prices.Bill()
        for step in (step for run in self.runs for step in run.values()):
            for what, used in step.bill.items():
                total.charge(what, used / len(self.runs))
        return total


def _until_paid(run: Mapping[str, Step]) -> list[Step]:
    return [step for name, step in run.items() if name != AFTER]


def measure(progress: Tell) -> Purchase:
    """Buy again and again, and say what that took."""
    folder = tempfile.mkdtemp(prefix="mall-bench-")
    try:
        with Postgres(folder, durable=False) as server, environment(server.urls("mall_0", "mall_1")):
            return _measure(server, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(server: Postgres, progress: Tell) -> Purchase:
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
            runs = []
            for number in range(WARM_UP + PURCHASES):
                # The garbage of moto and of the templates is none of the functions': they have not to look through it.
                gc.collect()
                gc.freeze()
                mall.steps = {}
                _Buyer(mall, provider).buy(product.id, sku)
                runs.append(mall.steps)
                progress("purchases", number + 1, WARM_UP + PURCHASES)
    gc.unfreeze()
    return Purchase(runs[WARM_UP:])


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
            mall.work("orders.open_payment")
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


def main() -> int:
    """Measure purchases alone, and print what each step takes."""
    console = Console()
    with Progress(transient=True, console=console) as bar:
        task = bar.add_task("purchases")
        bought = measure(lambda what, done, total: bar.update(task, completed=done, total=total))
    for table in bought.tables():
        console.print(table)
    console.print_json(json.dumps({name: round(value, 3) for name, value in bought.figures.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
