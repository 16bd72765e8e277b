"""Measure the mall against its goals: `make bench` prints the figures and writes them to `.mall/bench.json`."""

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench import browse, dispatch, images, imports, pages, purchase

ROOT = Path(__file__).resolve().parents[2]
# What each figure may be at most, on two cores.
GOALS = {
    "cold_import_ms_dynamodb_max": 350.0,
    "cold_import_ms_postgres_max": 600.0,
    "dispatch_cpu_ms": 1.5,
    "product_detail_cpu_ms": 2.0,
    "product_detail_calls": 1.0,
    "listing_cpu_ms": 3.0,
    "search_cpu_ms": 10.0,
    "search_db_p50_ms": 15.0,
    "images_cpu_ratio_vs_vips": 1.0,
    "images_bytes_ratio_vs_vips": 1.1,
    "images_peak_mb": 200.0,
    "import_2465_s": 180.0,
    "purchase_cpu_ms": 36.0,
    "purchase_transitions": 12.0,
    "purchase_store_calls": 25.0,
    "order_to_payment_ms": 1500.0,
}
# Measured on a running mall, by `python -m infra.local import` and `python -m tests.bench.shoppers`, and shown here
# beside the others.
_ELSEWHERE = {"import_2465_s", "order_to_payment_ms", "purchases_per_s"}


# What each figure has to be at least.
AT_LEAST = {"pages_per_s": 300.0, "purchases_per_s": 3.0}


def main() -> int:
    """Measure, print, write. Missing a goal is reported, not failed: the machine may be busy."""
    console = Console()
    columns = (TextColumn("{task.description:42}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("dispatch")
        cpu = dispatch.measure()
        found = imports.measure(
            lambda name, done, total: progress.update(task, description=f"import {name}", completed=done, total=total)
        )
        progress.update(task, description="pictures, ours and libvips's")
        with TemporaryDirectory() as folder:
            pictures = images.measure(Path(folder))
        browsing = browse.measure(
            lambda what, done, total: progress.update(task, description=what, completed=done, total=total)
        )
        buying = purchase.measure(
            lambda what, done, total: progress.update(task, description=what, completed=done, total=total)
        )
    functions = [item for name, item in found.items() if name != imports.BARE]
    figures = {
        "cold_import_ms_bare": found[imports.BARE].ms,
        "cold_import_ms_dynamodb_max": imports.slowest(functions, relational=False),
        "cold_import_ms_postgres_max": imports.slowest(functions, relational=True),
        "dispatch_cpu_ms": cpu,
        **pictures,
        **browsing,
        **pages.measure(),
        **buying.figures,
    }
    elsewhere = {name: value for name, value in _written().items() if name in _ELSEWHERE}
    console.print(_functions([found[imports.BARE], *sorted(functions, key=lambda item: -item.ms)]))
    for table in buying.tables():
        console.print(table)
    console.print(_goals(figures | elsewhere))
    console.print(_others(figures | elsewhere))
    _write({name: round(value, 3) for name, value in figures.items()})
    return 0


def _functions(found: list[imports.Measured]) -> Table:
    table = Table("function", "stores", "cold import ms", "what costs most, ms", title="Import in a fresh process")
    for item in found:
        most = ", ".join(f"{package} {spent:.0f}" for package, spent in item.costs)
        stores = "" if item.name == imports.BARE else "PostgreSQL" if item.relational else "DynamoDB"
        table.add_row(item.name, stores, f"{item.ms:.0f}", most)
    return table


def _goals(figures: dict[str, float]) -> Table:
    table = Table("figure", "measured", "goal", "", title="Against the goals")
    for name, value in figures.items():
        most, least = GOALS.get(name), AT_LEAST.get(name)
        held = value <= most if most is not None else value >= least if least is not None else None
        verdict = "" if held is None else "[green]held[/]" if held else "[red]missed[/]"
        goal = "" if held is None else f"{most:g}" if most is not None else f"≥ {least:g}"
        table.add_row(name, f"{value:.2f}", goal, verdict)
    return table


def _others(figures: dict[str, float]) -> Table:
    """Our figures beside those of others for the same work, which `competitors.json` holds with their source."""
    told: dict[str, dict[str, str]] = browse.COMPETITORS["figures"]
    names = list(dict.fromkeys(name for shops in told.values() for name in shops))
    table = Table("figure", "ours", *names, title="Beside others", caption=browse.COMPETITORS["source"])
    for figure, shops in told.items():
        if figure in figures:
            table.add_row(figure, f"{figures[figure]:.2f}", *(shops.get(name, "") for name in names))
    return table


def _write(figures: dict[str, float]) -> None:
    """Put the figures beside those that other measurements have written."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_written() | figures, indent=2, sort_keys=True) + "\n")


def _written() -> dict[str, float]:
    """The figures that measurements have written so far."""
    return dict(json.loads(_path().read_text())) if _path().exists() else {}


def _path() -> Path:
    return Path(os.environ.get("MALL_STATE") or ROOT / ".mall") / "bench.json"


if __name__ == "__main__":
    sys.exit(main())
