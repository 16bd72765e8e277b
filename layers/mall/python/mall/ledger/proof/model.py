"""What a proof finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it must be: the `rule` it breaks, whose it is, what should be there and what is."""

    rule: str
    subject: str
    expected: str
    found: str


Prover = Callable[[Any, tuple[int, ...]], list[Difference]]
"""Proves some slots of a shard in the session that it is given."""
