"""What a month's bill says of things that were counted, at the list prices in `prices.json`."""

import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

_FILE = json.loads((Path(__file__).parent / "prices.json").read_text(encoding="utf-8"))
ASSUMED = _FILE["assumptions"]
PRICES: Mapping[str, Mapping[str, float]] = _FILE["prices"]
CAPTION = f"{_FILE['region']}, prices as of {min(price['as_of'] for price in PRICES.values())} or later"


class Bill(Counter[str]):
    """How many units of what were used; the names are those of `prices.json`."""

    def charge(self, what: str, units: float) -> None:
        """Add units. Raises KeyError for what has no price, so that nothing is left out unnoticed."""
        _ = PRICES[what]
        self[what] += units  # type: ignore[assignment]  (a Counter counts fractions as well)

    def run(self, *, cpu: float, megabytes: int, store_calls: int, statements: int) -> None:
        """Add a run of a function: seconds of CPU, the memory it is given, and what it waited for."""
        vcpus = min(1.0, megabytes / ASSUMED["vcpu_megabytes"])
        waited = store_calls * ASSUMED["waiting_ms_per_store_call"] + statements * ASSUMED["waiting_ms_per_statement"]
        billed = math.ceil(cpu * 1000 / vcpus + waited) / 1000
        self.charge("lambda_requests", 1)
        self.charge("lambda_arm_gb_seconds", billed * megabytes / 1024)

    def database(self, *, cpu: float, written: int, commits: int) -> None:
        """Add PostgreSQL's work: seconds of CPU, bytes written ahead, transactions."""
        self.charge("aurora_acu_hours", cpu * ASSUMED["acu_per_vcpu"] / 3600)
        self.charge("aurora_ios", max(commits, math.ceil(written / 4096)))

    def message(self) -> None:
        """Add a message that goes through a queue."""
        self.charge("queue_requests", ASSUMED["queue_requests_per_message"])

    def usd(self) -> dict[str, float]:
        """The dollars for each of them, the dearest first."""
        costs = {what: units * PRICES[what]["usd"] / PRICES[what]["per"] for what, units in self.items()}
        return dict(sorted(costs.items(), key=lambda cost: -cost[1]))
