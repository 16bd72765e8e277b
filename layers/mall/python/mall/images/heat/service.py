"""Counting requests, finding hot pictures and preparing for them, and telling operators how the caches do."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

from mall import clock, errors, limits
from mall.images import addresses, store
from mall.images.heat import logs, model, schemas, warming
from mall.images.heat import store as heat
from mall.images.heat.model import STAYS, Heat, Level, Promotion, Tally
from mall.images.model import EXTENSIONS, SIDES, NoSuchPicture
from mall.observability import count, logger

_LOADS_AN_HOUR = 600


class NoTime(errors.Invalid):
    message = "A campaign ends after it begins, and within 90 days."


# --- counting


def take_log(key: str) -> None:
    """Count the requests in a file of the edge's log, once however often it is told of; another file is left alone."""
    file = heat.log(key)
    if file is None:
        return
    try:
        found = logs.read(file)
    except logs.NotALog:
        logger.warning("not a log of the edge", size=len(file))
        return
    name = sha256(key.encode()).hexdigest()[:32]
    heat.add_levels(name, found.levels)
    heat.add_pictures(name, found.pictures)
    logger.info("requests counted", pictures=len(found.pictures), requests=sum(found.pictures.values()))


def count_level(level: Level, tally: Tally) -> None:
    """Count how a level did just now."""
    heat.add_level(level, clock.now(), tally)


def report_loads(loads: schemas.Loads, source_ip: str) -> None:
    """Count what a browser tells of the pictures that it had kept. Raises TooManyRequests."""
    if loads.kept > loads.loads:
        raise errors.Invalid("Of what was shown, no more can have been kept.")
    limits.hit("picture-loads", source_ip, most=_LOADS_AN_HOUR, seconds=3600)
    count_level(Level.BROWSER, Tally(loads.kept, loads.loads - loads.kept))


# --- hot pictures


def refresh() -> Mapping[str, int]:
    """Look at the windows: promote what is hot, let go of what no longer is, bring to the edge what is due."""
    now = clock.now()
    before = {promotion.picture_id: promotion for promotion in heat.promoted()}
    found = _judged()
    for id, level in list(found.items())[: model.MOST_PROMOTED]:
        old = before.get(id)
        if old and (old.heat is Heat.CAMPAIGN and old.until > now + STAYS[level]):
            continue
        until = now + STAYS[level]
        since = old.since if old and old.since <= now else now
        before[id] = Promotion(id, level, since, until, old.warmed_at if old else None)
        heat.promote(before[id])
    cooled = [promotion for promotion in before.values() if promotion.until <= now]
    for promotion in cooled:
        heat.demote(promotion.picture_id)
    due = [promotion for promotion in before.values() if promotion.due(now)]
    warmed = _warm(due)
    count("PicturesPromoted", len(before) - len(cooled))
    count("PicturesCooled", len(cooled))
    logger.info("hot pictures found", promoted=len(before) - len(cooled), cooled=len(cooled), warmed=warmed)
    return {"promoted": len(before) - len(cooled), "cooled": len(cooled), "warmed": warmed}


def _judged() -> dict[str, Heat]:
    """The pictures that are hot now, the most asked for first."""
    now = clock.now()
    short, long = model.short_slots(now), model.long_slots(now)
    candidates: dict[str, int] = {}
    for slot in (*short, *long):
        for id, hits in heat.most_asked(slot, model.MOST_A_SLOT).items():
            candidates[id] = max(hits, candidates.get(id, 0))
    found: dict[str, Heat] = {}
    least = min(model.TEMPORARY_REQUESTS // model.SHORT_SLOTS, model.HOT_AN_HOUR)
    for id, hits in sorted(candidates.items(), key=lambda item: -item[1]):
        if hits < least:
            break
        asked = heat.requests(id, [*short, *long])
        level = model.judged([asked.get(slot, 0) for slot in short], [asked.get(slot, 0) for slot in long])
        if level:
            found[id] = level
    return found


def _warm(due: list[Promotion]) -> int:
    if not due:
        return 0
    site, now, warmed = warming.site(), clock.now(), 0
    for promotion in due:
        if warming.fetch(site, _paths(promotion.picture_id)):
            warmed += 1
            heat.promote(Promotion(promotion.picture_id, promotion.heat, promotion.since, promotion.until, now))
    return warmed


def _paths(id: str) -> list[str]:
    shown = [addresses.rendition(id, side, extension) for side in SIDES for extension in EXTENSIONS]
    # Of the other sizes, those that campaigns and lists show; to ask for them also has them made.
    return [*shown, addresses.sized(id, 320, 320), addresses.sized(id, 640, 640)]


def plan(campaign: schemas.Campaign) -> schemas.Promoted:
    """Have pictures brought to the edge before a campaign. Raises NoSuchPicture or NoTime."""
    if not campaign.since < campaign.until <= campaign.since + timedelta(days=90) or campaign.until <= clock.now():
        raise NoTime
    wanted = list(dict.fromkeys(campaign.picture_ids))
    missing = [id for id in wanted if id not in store.load_many(wanted)]
    if missing:
        raise NoSuchPicture(pictures=missing)
    made = [Promotion(id, Heat.CAMPAIGN, campaign.since, campaign.until) for id in wanted]
    for promotion in made:
        heat.promote(promotion)
    return schemas.Promoted(items=[schemas.PromotionView.of(promotion) for promotion in made])


# --- what operators read


def report(hours: int) -> schemas.CacheReport:
    """How the levels of the caches did in the last hours, and which pictures are promoted."""
    now = clock.now()
    tallies = heat.levels(model.long_slots(now, hours, "l"))
    current = sorted(heat.promoted(), key=lambda promotion: promotion.until, reverse=True)
    return schemas.CacheReport(
        levels=[schemas.LevelView.of(level, tallies[level]) for level in Level],
        promoted=[schemas.PromotionView.of(promotion) for promotion in current if promotion.until > now],
    )


def pinned() -> frozenset[str]:
    """The pictures that are promoted now."""
    now = clock.now()
    return frozenset(promotion.picture_id for promotion in heat.promoted() if promotion.since <= now < promotion.until)
