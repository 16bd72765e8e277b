"""How long a fresh process takes to import each function, next to a bare one: chalice, powertools and boto3 alone.

Every import runs in a process of its own, with compiled bytecode and nothing but what a Lambda has on its path. All
functions take turns with the bare one, so that a busy moment of the machine hits both; then the slowest endpoints of
each kind are measured again, more often, since the figures to keep are theirs. Tasks and consumers, for which nobody
waits, are shown but not held to the goals.
"""

import compileall
import json
import os
import subprocess
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MALL = ROOT / "layers" / "mall" / "python"
FUNCTIONS = ROOT / "functions"
BARE = "bare"
ROUNDS = 2
AGAIN = 9
SLOWEST = 4
_BARE_CODE = "import aws_lambda_powertools, boto3, chalice.app"
_PROBE = """
import sys, time
sys.path[:] = {path!r} + sys.path
started = time.perf_counter()
{code}
took = time.perf_counter() - started
import json
app = getattr(sys.modules.get({module!r}), "app", None)
print(json.dumps([took * 1000, "sqlalchemy" in sys.modules, hasattr(app, "operation") or {module!r} == "authorize"]))
"""


@dataclass
class Measured:
    """One function's imports: the milliseconds of each run, and what costs most.

    `relational` says that it reaches PostgreSQL, `awaited` that people wait for it: an endpoint or the authorizer.
    """

    name: str
    relational: bool = False
    awaited: bool = False
    runs: list[float] = field(default_factory=list)
    costs: list[tuple[str, float]] = field(default_factory=list)

    @property
    def ms(self) -> float:
        """The figure: the least of all runs, since whatever else the machine does only ever adds to it."""
        return min(self.runs)


def measure(progress: Callable[[str, int, int], None]) -> dict[str, Measured]:
    """The import times of all functions and of the bare one; `progress` is told what is done, and how far."""
    compile_all()
    names = [f"{path.parent.name}.{path.stem}" for path in sorted(FUNCTIONS.glob("*/*.py")) if path.stem[0] != "_"]
    found = {name: Measured(name) for name in [BARE, *names]}
    total = ROUNDS * len(found) + AGAIN * (2 * SLOWEST + 1) + len(found)
    done = 0

    def run(name: str) -> None:
        nonlocal done
        took, found[name].relational, found[name].awaited = _import(name)
        found[name].runs.append(took)
        done += 1
        progress(name, done, total)

    for name, item in found.items():
        # The first reads files into the machine's cache and does not count.
        run(name)
        item.runs.clear()
    for _ in range(ROUNDS):
        for name in found:
            run(name)
    again = [*_slowest(found.values(), relational=False), *_slowest(found.values(), relational=True)]
    for _ in range(AGAIN):
        for name in [BARE, *again]:
            run(name)
    for name in [BARE, *again]:
        found[name].costs = costs(name)
    return found


def slowest(found: Iterable[Measured], *, relational: bool) -> float:
    """The figure of the slowest awaited function of a kind, among those that were measured often."""
    return max((item.ms for item in found if item.awaited and item.costs and item.relational == relational), default=0)


def compile_all() -> None:
    """Compile what is imported, as a deployment does."""
    for folder in (FUNCTIONS, MALL):
        compileall.compile_dir(folder, quiet=1, workers=1)


def costs(name: str) -> list[tuple[str, float]]:
    """Which packages an import spends its time on, in milliseconds, the dearest first."""
    output = _python(name, "-X", "importtime").stderr
    spent: Counter[str] = Counter()
    for line in output.splitlines():
        parts = line.removeprefix("import time:").split("|")
        if len(parts) == 3 and parts[0].strip().isdigit():
            module = parts[2].strip()
            package = ".".join(module.split(".")[:2]) if module.startswith("mall.") else module.split(".")[0]
            spent[package] += int(parts[0]) / 1000
    return spent.most_common(6)


def _slowest(found: Iterable[Measured], *, relational: bool) -> list[str]:
    kind = [item for item in found if item.awaited and item.relational == relational]
    return [item.name for item in sorted(kind, key=lambda item: -item.ms)[:SLOWEST]]


def _import(name: str) -> tuple[float, bool, bool]:
    took, relational, awaited = json.loads(_python(name).stdout.splitlines()[-1])
    return took, relational, awaited


def _python(name: str, *options: str) -> subprocess.CompletedProcess[str]:
    subsystem, _, function = name.partition(".")
    code = _BARE_CODE if name == BARE else f"import {function}"
    path = [str(FUNCTIONS / subsystem), str(MALL), sysconfig.get_path("purelib")]
    # -I and -S: neither this project's environment nor site's own start-up has a part in the figures.
    command = [sys.executable, "-I", "-S", *options, "-c", _PROBE.format(path=path, code=code, module=function)]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), cwd="/", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} cannot be imported:\n{done.stderr}")
    return done


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR", "LANG"}}
    return kept | {"AWS_DEFAULT_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "bench", "MALL_STAGE": "bench"}
