"""How often something may happen: counters in fixed windows, one conditional update each.

limits.hit("code", phone, most=10, seconds=86_400)
"""

from datetime import datetime
from hashlib import sha256

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from mall import clock, errors, nosql


class Counter(nosql.Model):
    """How often `id` (what, whose by digest, and which window) happened; removed by its time to live."""

    class Meta(nosql.Table):
        logical = "codes"

    id = UnicodeAttribute(hash_key=True)
    hits = NumberAttribute(null=True)
    expires = NumberAttribute(null=True, attr_name="ttl")


def hit(what: str, whose: str, *, most: int, seconds: int, now: datetime | None = None) -> None:
    """Count one `what` of `whose`. Raises TooManyRequests once there were `most` in the present window.

    Two at once are counted one after the other: the condition is part of the write.
    """
    moment = int((now or clock.now()).timestamp())
    start = moment - moment % seconds
    # Whose is an address often enough, and an address is not to be read here.
    counter = Counter(f"limit#{what}#{sha256(whose.encode()).hexdigest()}#{seconds}#{start}")
    try:
        with nosql.conditional():
            counter.update(
                actions=[Counter.hits.add(1), Counter.expires.set(start + 2 * seconds)],
                condition=Counter.hits.does_not_exist() | (Counter.hits < most),
            )
    except nosql.ConditionFailed:
        raise errors.TooManyRequests(retry_after=start + seconds - moment) from None
