"""Writing down a wallet and all that it did."""

from typing import Any

from mall.wallet import service
from mall.wallet.schemas import EntryView, WalletView

AT_ONCE = 500


def export(user_id: str) -> dict[str, Any]:
    """Somebody's wallet as it stands and its whole history, the latest first (JSON types)."""
    entries: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        some, after = service.entries(user_id, limit=AT_ONCE, after=after)
        entries += [EntryView.of(entry).model_dump(mode="json") for entry in some]
        if after is None:
            break
    return {"wallet": WalletView.of(service.balance(user_id)).model_dump(mode="json"), "entries": entries}
