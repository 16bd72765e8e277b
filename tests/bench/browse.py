"""What browsing costs with 10,000 products: CPU of the function's process and of PostgreSQL, an operation.

Requests go through the functions as the gateway sends them, one after the other; log lines and metrics are written, to
nowhere. PostgreSQL is real. DynamoDB stands for a service that AWS runs: its answers, recorded once, come back from
memory below botocore, so that all that a function does itself is counted but for sockets and TLS, and so are its calls.

    product_detail_cpu_ms     GET /api/products/{id}
    product_detail_calls      how often that asks a store
    listing_cpu_ms            GET /api/categories/{id}/products, 20 products
    search_cpu_ms             GET /api/search with facets, 20 of the hits: the mean of searches of different kinds
    search_cpu_ms_widest      the same for a word that four of ten products have
    search_db_p50_ms          how long the statement of a search takes
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import Any

import psycopg

from infra.local.postgres import Postgres
from tests.bench.surroundings import ServerCpu, environment, quiet, timed

PRODUCTS = 10_000
TOGETHER = 250
WARM_UP = 20
LISTINGS = 400
DETAILS = 200
DIFFERENT = 5
SEARCHES = 60
COMPETITORS = json.loads((Path(__file__).parent / "competitors.json").read_text(encoding="utf-8"))

Progress = Callable[[str, int, int], None]


def measure(progress: Progress) -> dict[str, float]:
    """The figures; `progress` is told what is done, and how far."""
    folder = tempfile.mkdtemp(prefix="mall-bench-")
    try:
        with Postgres(folder, durable=False) as server, environment(server.urls("mall_0", "mall_1")):
            _fill(server, progress)
            return _measure(server, progress) | _detail(progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _detail(progress: Progress) -> dict[str, float]:
    """What showing a product costs. What the function remembers of merchants and categories is there, as when warm."""
    from moto import mock_aws

    from tests.bench.recorded import recorded
    from tests.fixtures import aws, goods, stacks

    mall = stacks.read()
    os.environ.update({name: value for name, value in mall.environment.items() if name.startswith("MALL_TABLE_")})
    with mock_aws():
        aws.provide(mall)
        brand = goods.brand()
        category = goods.category(above=[goods.category()])
        with quiet():
            made = [goods.on_sale(category_id=category.id, brand_id=brand.id) for _ in range(DIFFERENT)]
        spent, asked = [], []
        for number, product in enumerate(made, 1):
            with recorded() as calls:
                detail = _Operation(None, "catalog.get_product", path={"product_id": product.id})
                detail.run({}, 0)
                before = calls.count
                spent.append(detail.run({}, DETAILS).cpu)
                asked.append((calls.count - before) / (DETAILS + WARM_UP))
            progress("product details", number, DIFFERENT)
    return {"product_detail_cpu_ms": fmean(spent), "product_detail_calls": fmean(asked)}


def _fill(server: Postgres, progress: Progress) -> None:
    from mall.search.index import store
    from mall.search.suggestions import store as suggestions
    from mall.sql import migrations
    from tests.fixtures import entries

    migrations.migrate()
    waiting: dict[str, Any] = {}
    for number, entry in enumerate(entries.entries(PRODUCTS), 1):
        waiting[entry.id] = entry
        if len(waiting) == TOGETHER or number == PRODUCTS:
            store.write(list(waiting), lambda ids, there=dict(waiting): {id: there[id] for id in ids})
            waiting.clear()
            progress("products indexed", number, PRODUCTS)
    suggestions.refresh()
    with psycopg.connect(server.url("mall_0").replace("+psycopg", ""), autocommit=True) as connection:
        # As autovacuum leaves a table.
        connection.execute("VACUUM ANALYZE")


def _measure(server: Postgres, progress: Progress) -> dict[str, float]:
    from tests.fixtures import entries

    bags = entries.category("bags")
    listing = _Operation(server, "search.list_category_products", path={"category_id": bags})
    pages = [listing.run({"limit": "20", "sort": sort}, LISTINGS) for sort in ("relevance", "price", "new", "sales")]
    progress("listings", 1, 1)
    search = _Operation(server, "search.search_products")
    found = []
    for number, query in enumerate(_searches(bags), 1):
        found.append(search.run(query, SEARCHES))
        progress("searches", number, len(_searches(bags)))
    widest = search.run({"q": "质量可靠"}, SEARCHES)
    return {
        "listing_cpu_ms": fmean(page.cpu for page in pages),
        "search_cpu_ms": fmean(one.cpu for one in found),
        "search_cpu_ms_widest": widest.cpu,
        "search_db_p50_ms": median(took for one in found for took in one.statements),
    }


def _searches(category: str) -> list[dict[str, str]]:
    """A thing, a common word, several words, Chinese, with filters, sorted, in a category, misspelt."""
    return [
        {"q": "backpack"},
        {"q": "leather"},
        {"q": "summer dress"},
        {"q": "red leather boot"},
        {"q": "双肩包"},
        {"q": "夏季连衣裙"},
        {"q": "皮革", "sort": "sales"},
        {"q": "jacket", "attr.color": "red,blue", "price_max": "150000"},
        {"q": "chair", "attr.material": "oak", "attr.size": "m,l", "sort": "price"},
        {"category": category, "attr.color": "black"},
        {"q": "bakcpack"},
    ]


class _Cost:
    """What a run of an operation cost: CPU milliseconds an operation, and each statement's milliseconds."""

    def __init__(self, cpu: float, statements: list[float]) -> None:
        self.cpu = cpu
        self.statements = statements


class _Operation:
    """A public operation, called as the gateway would."""

    def __init__(self, server: Postgres | None, name: str, *, path: Mapping[str, str] | None = None) -> None:
        from tests.fixtures.aws import function
        from tests.fixtures.gateway import Context

        self._app, self._context, self._path = function(name).app, Context(name), path
        self._server = ServerCpu(server) if server else None

    def run(self, query: Mapping[str, str], times: int) -> _Cost:
        """Call it so often, after a few calls that do not count."""
        from tests.fixtures.gateway import request

        operation = self._app.operation
        event = request(operation.method, operation.path, path=self._path, query=query)
        with quiet(), timed() as statements:
            for _ in range(WARM_UP):
                answer = self._app(event, self._context)
                assert answer["statusCode"] == 200, answer
            assert json.loads(answer["body"]).get("items", ["none, but a product"]), query
            statements.clear()
            server = self._server
            before, started = server.seconds() if server else 0.0, process_time()
            for _ in range(times):
                self._app(event, self._context)
            spent = process_time() - started
            spent += server.seconds() - before if server else 0.0
        return _Cost(spent * 1000 / max(1, times), list(statements))
