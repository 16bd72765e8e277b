"""What clients send and get of hot words."""

from pydantic import ConfigDict, Field

from mall.http import Body, View


class HotWordQuery(Body):
    """How many hot words."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 10}]})

    limit: int = Field(10, ge=1, le=50)


class HotWordView(View):
    """Something that many people search for."""

    text: str


class HotWordList(View):
    """What is searched for most, the most frequent first."""

    items: list[HotWordView]
