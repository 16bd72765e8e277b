"""Every operation of the mall, found by importing the function files."""

import importlib.util
import json
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_MALL = ROOT / "layers" / "mall" / "python"
if str(_MALL) not in sys.path:
    sys.path.insert(0, str(_MALL))
# Clients made at import want to know a region; none is ever called from here.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from mall.http import Endpoint, Operation  # noqa: E402


@dataclass(frozen=True)
class Route:
    """An operation, the subsystem that owns it, and the sample request in `events/` (its body parsed if it is JSON)."""

    subsystem: str
    function: str
    operation: Operation
    sample: dict[str, Any]

    @property
    def name(self) -> str:
        """`<subsystem>.<verb_noun>`, by which everything about it is found."""
        return f"{self.subsystem}.{self.function}"


def function_files() -> list[Path]:
    """Every function's file, in order."""
    return sorted(path for path in (ROOT / "functions").glob("*/*.py") if not path.name.startswith("_"))


def sample_of(path: Path) -> Path:
    """Where the sample event of the function in `path` is."""
    return ROOT / "events" / path.parent.name / f"{path.stem}.json"


@cache
def load(path: Path) -> ModuleType:
    """The function file in `path`, imported as Lambda does: as a module without a package."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def routes() -> list[Route]:
    """The operations of all endpoints, by name."""
    found = []
    for path in function_files():
        app = getattr(load(path), "app", None)
        if isinstance(app, Endpoint):
            found.append(Route(path.parent.name, path.stem, app.operation, _sample(sample_of(path))))
    return found


def _sample(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    sample: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    body = sample.get("body")
    return sample | {"body": json.loads(body) if isinstance(body, str) and body.startswith("{") else body or None}
