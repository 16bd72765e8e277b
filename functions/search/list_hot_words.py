"""Tell what people search for these days."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.search.popular import service
from mall.search.popular.schemas import HotWordList, HotWordQuery

app = Endpoint("search.list_hot_words")


@app.route("/api/search/hot", access=PUBLIC, query=HotWordQuery, max_age=60)
def list_hot_words(query: HotWordQuery) -> HotWordList:
    """List what is searched for most, with more weight on the last hours."""
    return service.hot_words(query)
