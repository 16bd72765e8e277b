"""Suggest what somebody may be typing."""

from mall.auth import PUBLIC
from mall.http import Endpoint
from mall.search.suggestions import service
from mall.search.suggestions.schemas import SuggestionList, SuggestionQuery

app = Endpoint("search.suggest_terms")


@app.route("/api/search/suggestions", access=PUBLIC, query=SuggestionQuery, max_age=60)
def suggest_terms(query: SuggestionQuery) -> SuggestionList:
    """Suggest searches, categories and brands that begin with what was typed so far."""
    return service.suggest(query)
