"""Counting the edge's log: by picture and time, by level, once, whatever lies in the bucket."""

import copy
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mall.images.heat import store as heat
from mall.images.heat.model import Level, Tally
from tests import steps
from tests.fixtures.buckets import put

SAMPLE = json.loads((Path(__file__).parents[3] / "events/images/count_requests.json").read_text())
FIELDS = "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status x-edge-result-type"
PIC, OTHER = "pic_" + "a" * 32, "pic_" + "b" * 32
DAY = "2030-01-01"
Run = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("aws")


def line(path: str, result: str = "Hit", status: int = 200, time: str = "10:07:59") -> str:
    """A line of the log."""
    values = (DAY, time, "SZX1", "1", "192.0.2.1", "GET", "d.example", path, str(status), result)
    return "\t".join(values)


def log(*lines: str) -> bytes:
    """A file of the log."""
    return gzip.compress("\n".join(["#Version: 1.0", f"#Fields: {FIELDS}", *lines, ""]).encode())


def told(run: Run, file: bytes, key: str = "edge/E1.2030-01-01-10.x.gz") -> None:
    """Put the file there and tell the function."""
    put("edge-logs", key, file)
    event = copy.deepcopy(SAMPLE)
    event["Records"][0]["s3"]["object"]["key"] = key
    run("images.count_requests", event)


def requests(id: str, *slots: str) -> list[int]:
    """What was counted."""
    found = heat.requests(id, slots)
    return [found.get(slot, 0) for slot in slots]


def levels() -> dict[Level, Tally]:
    return heat.levels(["l#2030-01-01T10"])


def test_requests_are_counted_by_picture_and_time(run: Run) -> None:
    told(
        run,
        log(
            line(f"/media/p/{PIC}/480.webp"),
            line(f"/media/n/{PIC}/480", "Miss", time="10:05:00"),
            line(f"/media/s/{PIC}/96x96-cover.webp", "Miss", time="10:10:00"),
            line(f"/media/p/{OTHER}/480.webp", "RefreshHit", 304),
            line("/assets/app.css"),
        ),
    )

    assert requests(PIC, "m#2030-01-01T10:05", "m#2030-01-01T10:10", "h#2030-01-01T10") == [2, 1, 3]
    assert requests(OTHER, "m#2030-01-01T10:05", "h#2030-01-01T10") == [1, 1]
    assert heat.most_asked("h#2030-01-01T10", 5) == {PIC: 3, OTHER: 1}


def test_levels_are_counted_by_what_the_edge_did(run: Run) -> None:
    told(
        run,
        log(
            *[line(f"/media/p/{PIC}/480.webp")] * 3,
            line(f"/media/p/{PIC}/480.webp", "OriginShieldHit"),
            line(f"/media/p/{PIC}/480.webp", "Miss"),
            line(f"/media/p/{OTHER}/480.webp", "Error", 404),
            line(f"/media/s/{PIC}/96x96-cover.webp", "Miss"),
        ),
    )

    # What is made on demand counts its own visits to the store.
    assert (levels()[Level.EDGE], levels()[Level.STORE]) == (Tally(4, 3), Tally(1, 1))
    assert requests(OTHER, "h#2030-01-01T10") == [0]


def test_a_file_counts_once_however_often_it_is_told_of(run: Run) -> None:
    for key in ("edge/1.gz", "edge/1.gz", "edge/2.gz"):
        told(run, log(line(f"/media/p/{PIC}/480.webp")), key)

    assert requests(PIC, "h#2030-01-01T10") == [2]
    assert levels()[Level.EDGE] == Tally(2, 0)


def test_a_function_that_died_halfway_has_counted_nothing_twice(run: Run) -> None:
    lines = [line(f"/media/p/pic_{number:032x}/480.webp") for number in range(90)]

    for death in range(20):
        reached: list[str] = []

        def die(step: str, reached: list[str] = reached, death: int = death) -> None:
            if len(reached) == death:
                raise steps.Killed(step)
            reached.append(step)

        try:
            with steps.watched(die):
                told(run, log(*lines))
            break
        except steps.Killed:
            continue

    assert death > 6
    assert levels()[Level.EDGE] == Tally(90, 0)
    assert set(heat.most_asked("h#2030-01-01T10", 100).values()) == {1}


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\x1f\x8bnot gzip",
        b"whatever somebody put here",
        gzip.compress(b"#Fields: date time\n2030-01-01\t10:00:00\n"),
        log("2030-01-01\t10:07:59", line(f"/media/p/{PIC}/480.webp", status=0)[:-20], "\t" * 9),
        log("\t".join(["yesterday", "noon", *["x"] * 5, f"/media/p/{PIC}/480.webp", "200", "Hit"])),
    ],
    ids=["nothing", "not gzip", "words", "few fields", "cut short", "no time"],
)
def test_what_is_no_log_counts_nothing(run: Run, file: bytes) -> None:
    told(run, file)

    assert set(levels().values()) == {Tally()}


def test_a_file_that_is_gone_counts_nothing(run: Run) -> None:
    run("images.count_requests", SAMPLE)

    assert set(levels().values()) == {Tally()}


def test_a_log_that_is_not_gzipped_is_read_too(run: Run) -> None:
    told(run, gzip.decompress(log(line(f"/media/p/{PIC}/480.webp"))))

    assert requests(PIC, "h#2030-01-01T10") == [1]


def test_times_are_the_logs_own(run: Run) -> None:
    told(run, log(line(f"/media/p/{PIC}/480.webp", time="23:59:59")))

    moment = datetime(2030, 1, 1, 23, 55, tzinfo=UTC)
    assert requests(PIC, f"m#{moment:%Y-%m-%dT%H:%M}", "h#2030-01-01T23") == [1, 1]
