"""Tell which administrative divisions of China there are."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users.address_book import places
from mall.users.address_book.model import NoSuchDivision
from mall.users.address_book.schemas import DivisionList, DivisionQuery

app = Endpoint("users.list_divisions")


# The divisions change a few times a year, and with a new release only.
@app.route("/api/divisions", access=PUBLIC, query=DivisionQuery, max_age=86_400, refusals=(NoSuchDivision,))
def list_divisions(query: DivisionQuery) -> DivisionList:
    """List the provinces of China, or the divisions directly below another one."""
    return places.divisions_below(query.parent)
