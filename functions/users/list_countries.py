"""Tell which countries an address abroad can be in."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.users.address_book import places
from mall.users.address_book.schemas import CountryList

app = Endpoint("users.list_countries")


@app.route("/api/countries", access=PUBLIC, max_age=86_400)
def list_countries() -> CountryList:
    """List the countries that an address abroad can be in, with their names in Chinese and English."""
    return places.countries()
