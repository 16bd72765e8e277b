"""What clients send and get of suggestions."""

from typing import Literal

from pydantic import ConfigDict, Field

from mall.http import Body, View


class SuggestionQuery(Body):
    """What was typed so far."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"q": "back"}]})

    q: str = Field(max_length=100)
    limit: int = Field(10, ge=1, le=20)


class SuggestionView(View):
    """A search to offer; a category's or brand's `id` leads to its page."""

    text: str
    kind: Literal["query", "category", "brand", "word"]
    id: str | None


class SuggestionList(View):
    """What somebody may be typing, the likeliest first."""

    items: list[SuggestionView]
