"""Counters of requests and promotions in DynamoDB, logs in S3."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from mall import aws, clock, config, nosql
from mall.images.heat.model import Heat, Level, Promotion, Tally, long_slot, short_slot

_PROMOTED = "promoted"
_LEVEL = "level#"
_KEPT = {"m": timedelta(days=1), "h": timedelta(days=2), "l": timedelta(days=60)}
_FILES_KEPT = timedelta(days=30)
# Two counters a picture, and a transaction has a hundred actions.
_AT_ONCE = 40


class _BySlot(GlobalSecondaryIndex["_Item"]):  # type: ignore[no-untyped-call]
    """The pictures of a slot by their requests."""

    class Meta:
        index_name = "by_slot"
        projection = AllProjection()

    slot = UnicodeAttribute(hash_key=True)
    hits = NumberAttribute(range_key=True)


class _Item(nosql.Model):
    class Meta(nosql.Table):
        logical = "picture_heat"

    id = UnicodeAttribute(hash_key=True)
    slot = UnicodeAttribute(range_key=True)
    hits = NumberAttribute(null=True)
    misses = NumberAttribute(null=True)
    heat = UnicodeAttribute(null=True)
    since = UnicodeAttribute(null=True)
    until = UnicodeAttribute(null=True)
    warmed_at = UnicodeAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")
    most = _BySlot()


# --- counting


def add_pictures(file: str, pictures: Mapping[tuple[str, datetime], int]) -> None:
    """Count requests of a log's file, by picture and five minutes; what was counted of it before is not again."""
    entries = sorted(pictures.items())
    for number, start in enumerate(range(0, len(entries), _AT_ONCE)):
        try:
            with nosql.transaction() as writes:
                writes.save(_marker(file, f"pictures-{number}"), condition=_Item.id.does_not_exist())
                for (id, slot), hits in _summed(entries[start : start + _AT_ONCE]).items():
                    expires = int((clock.now() + _KEPT[slot[0]]).timestamp())
                    writes.update(_Item(id, slot), actions=[_Item.hits.add(hits), _Item.expires.set(expires)])
        except nosql.ConditionFailed:
            continue


def add_levels(file: str, levels: Mapping[tuple[Level, datetime], Tally]) -> None:
    """Count how the levels did, by hour, by a log's file; once."""
    entries = sorted(levels.items())
    for number, start in enumerate(range(0, len(entries), _AT_ONCE)):
        try:
            with nosql.transaction() as writes:
                writes.save(_marker(file, f"levels-{number}"), condition=_Item.id.does_not_exist())
                for (level, moment), tally in entries[start : start + _AT_ONCE]:
                    item, actions = _level(level, moment, tally)
                    writes.update(item, actions=actions)
        except nosql.ConditionFailed:
            continue


def add_level(level: Level, moment: datetime, tally: Tally) -> None:
    """Count how a level did."""
    item, actions = _level(level, moment, tally)
    item.update(actions=actions)


def _level(level: Level, moment: datetime, tally: Tally) -> tuple[_Item, list[Action]]:
    expires = int((moment + _KEPT["l"]).timestamp())
    item = _Item(f"{_LEVEL}{level}", long_slot(moment, "l"))
    return item, [_Item.hits.add(tally.hits), _Item.misses.add(tally.misses), _Item.expires.set(expires)]


def _summed(entries: Iterable[tuple[tuple[str, datetime], int]]) -> dict[tuple[str, str], int]:
    """The requests of each counter; of one picture, several five minutes fall into one hour."""
    found: dict[tuple[str, str], int] = {}
    for (id, moment), hits in entries:
        for slot in (short_slot(moment), long_slot(moment)):
            found[id, slot] = found.get((id, slot), 0) + hits
    return found


def _marker(file: str, number: str) -> _Item:
    return _Item(f"file#{file}", number, expires=int((clock.now() + _FILES_KEPT).timestamp()))


# --- reading


def most_asked(slot: str, limit: int) -> dict[str, int]:
    """The pictures of a slot that were asked for most, and how often."""
    found = _Item.most.query(slot, scan_index_forward=False, limit=limit)
    return {item.id: int(item.hits) for item in found}


def requests(id: str, slots: Iterable[str]) -> dict[str, int]:
    """How often a picture was asked for in each of the slots."""
    keys = [(id, slot) for slot in slots]
    return {item.slot: int(item.hits) for item in _Item.batch_get(keys)}


def levels(slots: Iterable[str]) -> dict[Level, Tally]:
    """How each level did in the hours."""
    keys = [(f"{_LEVEL}{level}", slot) for slot in slots for level in Level]
    found = dict.fromkeys(Level, Tally())
    for item in _Item.batch_get(keys):
        found[Level(item.id.removeprefix(_LEVEL))] += Tally(int(item.hits or 0), int(item.misses or 0))
    return found


# --- promotions


def promoted() -> list[Promotion]:
    """Every promotion there is, over or not."""
    return [_promotion(item) for item in _Item.query(_PROMOTED, consistent_read=True)]


def promote(promotion: Promotion) -> None:
    """Remember a promotion in place of the one before."""
    _Item(
        _PROMOTED,
        promotion.picture_id,
        heat=promotion.heat.value,
        since=promotion.since.isoformat(),
        until=promotion.until.isoformat(),
        warmed_at=promotion.warmed_at.isoformat() if promotion.warmed_at else None,
    ).save()


def demote(id: str) -> None:
    """Forget a promotion."""
    _Item(_PROMOTED, id).delete()


def _promotion(item: _Item) -> Promotion:
    return Promotion(
        picture_id=item.slot,
        heat=Heat(item.heat),
        since=_moment(item.since),
        until=_moment(item.until),
        warmed_at=_moment(item.warmed_at) if item.warmed_at else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# --- logs


def log(key: str) -> bytes | None:
    """A file of the edge's log; None when it is gone."""
    client = aws.client("s3")
    try:
        return bytes(client.get_object(Bucket=config.bucket("edge-logs"), Key=key)["Body"].read())
    except client.exceptions.NoSuchKey:
        return None
