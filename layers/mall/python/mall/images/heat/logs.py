"""Reading the edge's log: CloudFront's standard format, tab-separated, its fields named in a comment, often gzipped."""

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mall import errors
from mall.images.heat.model import Level, Tally

MOST_BYTES = 512 * 1024 * 1024
_PICTURE = re.compile(r"^/media/([pns])/(pic_[0-9a-f]{32})/")
_HITS = frozenset({"Hit", "RefreshHit", "OriginShieldHit"})
_NEEDED = ("date", "time", "cs-uri-stem", "sc-status", "x-edge-result-type")


class NotALog(errors.Invalid):
    message = "This is not a log of the edge."


@dataclass
class Requests:
    """What a log tells: requests by picture and hour or five minutes, and how the levels did, by hour."""

    pictures: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    levels: dict[tuple[Level, datetime], Tally] = field(default_factory=dict)

    def add(self, level: Level, moment: datetime, *, hit: bool) -> None:
        """Count that a level was asked."""
        key = (level, moment.replace(minute=0))
        self.levels[key] = self.levels.get(key, Tally()) + Tally(int(hit), int(not hit))


def read(file: bytes) -> Requests:
    """The requests for pictures in a file of the log. Raises NotALog."""
    found, fields = Requests(), None
    for line in _lines(file):
        if line.startswith("#Fields:"):
            names = line.removeprefix("#Fields:").split()
            if not set(_NEEDED) <= set(names):
                raise NotALog
            fields = [names.index(name) for name in _NEEDED]
        elif line and not line.startswith("#"):
            if fields is None:
                raise NotALog
            _count(found, line.split("\t"), fields)
    return found


def _count(found: Requests, values: list[str], fields: list[int]) -> None:
    if len(values) <= max(fields):
        return  # cut off where the file ends
    day, hour, address, status, result = (values[position] for position in fields)
    picture = _PICTURE.match(address)
    if not picture or not status.isdigit():
        return
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=UTC, second=0, microsecond=0)
    except ValueError:
        return
    moment = moment.replace(minute=moment.minute - moment.minute % 5)
    if int(status) < 400:
        found.pictures[picture[2], moment] += 1
    found.add(Level.EDGE, moment, hit=result in _HITS)
    if picture[1] != "s" and result not in _HITS:
        found.add(Level.STORE, moment, hit=int(status) < 400)


def _lines(file: bytes) -> Iterator[str]:
    if file[:2] == b"\x1f\x8b":
        try:
            unzip = zlib.decompressobj(wbits=31)
            file = unzip.decompress(file, MOST_BYTES)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise NotALog from error
    return (line.decode("utf-8", "replace") for line in file.splitlines())
