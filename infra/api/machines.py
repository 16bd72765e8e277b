"""State machines and rights as people read them, drawn from the data that decides: `docs/orders.md`.

`make api` writes it, and a test holds it fresh.
"""

from collections.abc import Iterator
from pathlib import Path

from mall.orders import rules
from mall.orders.model import Side, Status
from mall.orders.rules import NEXT, RULES, Act

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "orders.md"


def write() -> Path:
    """Write the page, and return where it is."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(page(), encoding="utf-8")
    return FILE


def page() -> str:
    """The whole page, as Markdown; GitHub draws the diagram."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# The life of an order"
    yield ""
    yield "Written by `make api` from `mall.orders.rules`, which decides. Change it there."
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {Status.PENDING_PAYMENT.value}: create (buyer)"
    for rule in RULES:
        for of in (status for status in Status if status in rule.of):
            for to in rule.to:
                sides = ", ".join(side.value for side in Side if side in rule.sides)
                yield f"    {of.value} --> {to.value}: {rule.act.value} ({sides})"
    for status in Status:
        if not NEXT[status]:
            yield f"    {status.value} --> [*]"
    yield "```"
    yield ""
    yield "## Who may do what, and when"
    yield ""
    yield "What a cell names is who may do it to an order of that status; in brackets, on which condition."
    yield ""
    yield "| act | " + " | ".join(f"`{status.value}`" for status in Status) + " |"
    yield "| --- |" + " --- |" * len(Status)
    for act in Act:
        yield f"| `{act.value}` | " + " | ".join(_cell(act, status) for status in Status) + " |"
    yield ""
    yield "## How long it may take"
    yield ""
    yield "| deadline | lasts |"
    yield "| --- | --- |"
    for kind, lasts in rules.LASTS.items():
        hours = lasts.total_seconds() / 3600
        yield f"| `{kind.value}` | {f'{hours / 24:g} days' if hours >= 72 else f'{hours:g} hours'} |"
    yield ""
    yield "## Why something is refused"
    yield ""
    yield "| reason | means |"
    yield "| --- | --- |"
    for reason, message in rules.REASONS.items():
        yield f"| `{reason}` | {message} |"


def _cell(act: Act, status: Status) -> str:
    """Who may do `act` to an order of this status."""
    parts = []
    for rule in RULES:
        if rule.act is act and status in rule.of:
            sides = ", ".join(side.value for side in Side if side in rule.sides)
            parts.append(f"{sides} ({rule.guard})" if rule.guard else sides)
    return "; ".join(parts)
