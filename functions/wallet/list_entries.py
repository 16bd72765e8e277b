"""Show what one's wallet did."""

from mall.http import Endpoint
from mall.wallet import service
from mall.wallet.schemas import EntryList, EntryQuery, EntryView

app = Endpoint("wallet.list_entries")


@app.route("/api/wallet/entries", query=EntryQuery)
def list_entries(query: EntryQuery) -> EntryList:
    """List what came into one's wallet and went out of it, the latest first."""
    entries, cursor = service.entries(app.caller.user_id, limit=query.limit, after=query.after)
    return EntryList(items=[EntryView.of(entry) for entry in entries], next=cursor)
