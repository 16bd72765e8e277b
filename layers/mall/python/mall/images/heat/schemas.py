"""What operators send and get of the caches of pictures."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from mall.http import Body, View
from mall.images.heat.model import MOST_IN_CAMPAIGN, Heat, Level, Promotion, Tally


class CacheQuery(Body):
    """Of how many hours, the present one included."""

    hours: int = Field(default=24, ge=1, le=24 * 30)


class LevelView(View):
    """How often a level of the caches had what it was asked for; `ratio` is empty where nothing was asked."""

    level: Level
    hits: int
    misses: int
    ratio: float | None

    @classmethod
    def of(cls, level: Level, tally: Tally) -> "LevelView":
        """The view of a level."""
        return cls(level=level, hits=tally.hits, misses=tally.misses, ratio=tally.ratio)


class PromotionView(View):
    """A picture that is kept ready everywhere, why, and until when."""

    picture_id: str
    heat: Heat
    since: datetime
    until: datetime
    warmed_at: datetime | None

    @classmethod
    def of(cls, promotion: Promotion) -> "PromotionView":
        """The view of a promotion."""
        return cls(
            picture_id=promotion.picture_id,
            heat=promotion.heat,
            since=promotion.since,
            until=promotion.until,
            warmed_at=promotion.warmed_at,
        )


class CacheReport(View):
    """How the levels of the caches did, and which pictures are promoted."""

    levels: list[LevelView]
    promoted: list[PromotionView]


class Campaign(Body):
    """Pictures that many people will ask for in some time: they are brought to the edge before it begins."""

    picture_ids: list[str] = Field(min_length=1, max_length=MOST_IN_CAMPAIGN)
    since: AwareDatetime
    until: AwareDatetime


class Promoted(View):
    """The promotions that a campaign made."""

    items: list[PromotionView]


class Loads(Body):
    """How many pictures a page showed, and how many of them the browser had kept."""

    loads: int = Field(ge=1, le=1_000)
    kept: int = Field(ge=0, le=1_000)
