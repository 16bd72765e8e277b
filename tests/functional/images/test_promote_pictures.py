"""Pictures that are hot, or hot for now: found by sliding windows, brought to the edge, and let go of again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest

from mall import clock
from mall.images import addresses, model
from mall.images.heat import store as heat
from mall.images.heat.model import Heat, Promotion
from mall.images.sizes import service as sizes

NOW = datetime(2030, 1, 2, 12, 2, tzinfo=UTC)
PIC, OTHER = "pic_" + "a" * 32, "pic_" + "b" * 32
Run = Callable[..., Any]


@pytest.fixture
def asked(aws: object) -> Iterator[list[str]]:
    """The paths that were asked for at the mall's own address, whose edge is a server of this test."""
    paths: list[str] = []

    class Edge(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Edge)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    boto3.client("ssm").put_parameter(Name="/test/site-origin", Value=address, Type="String", Overwrite=True)
    yield paths
    server.shutdown()
    server.server_close()


def requests(id: str, count: int, ago: timedelta = timedelta(0)) -> None:
    """Let the picture be asked for so often at that time."""
    heat.add_pictures(f"{id}{count}{ago}", {(id, NOW - ago): count})


def refreshed(run: Run, later: timedelta = timedelta(0)) -> dict[str, int]:
    with clock.at(NOW + later):
        return dict(run("images.promote_pictures", {}))


def promoted() -> dict[str, Heat]:
    return {promotion.picture_id: promotion.heat for promotion in heat.promoted()}


def test_a_burst_makes_a_picture_hot_for_now_and_brings_it_to_the_edge(run: Run, asked: list[str]) -> None:
    requests(PIC, 80)
    requests(OTHER, 10)

    assert refreshed(run) == {"promoted": 1, "cooled": 0, "warmed": 1}

    assert promoted() == {PIC: Heat.TEMPORARY}
    assert {f"/media/{key}" for key in model.rendition_keys(PIC)} <= set(asked)
    assert addresses.sized(PIC, 640, 640) in asked


def test_it_cools_down_when_the_burst_is_over(run: Run, asked: list[str]) -> None:
    requests(PIC, 80)
    refreshed(run)

    assert refreshed(run, timedelta(minutes=29))["promoted"] == 1
    assert refreshed(run, timedelta(minutes=31)) == {"promoted": 0, "cooled": 1, "warmed": 0}
    assert promoted() == {}


def test_what_is_asked_for_all_day_is_hot_and_stays_so_for_hours(run: Run, asked: list[str]) -> None:
    for hours in range(6):
        requests(PIC, 130, timedelta(hours=hours))

    refreshed(run)

    assert promoted() == {PIC: Heat.HOT}
    assert refreshed(run, timedelta(hours=5))["promoted"] == 1
    assert refreshed(run, timedelta(hours=20))["cooled"] == 1


def test_as_many_requests_as_usual_are_no_burst(run: Run, asked: list[str]) -> None:
    requests(PIC, 70)
    for hours in range(1, 24):
        requests(PIC, 119, timedelta(hours=hours))

    assert refreshed(run)["promoted"] == 0


def test_what_stays_hot_is_brought_to_the_edge_again_after_hours_only(run: Run, asked: list[str]) -> None:
    for hours in range(12):
        requests(PIC, 130, timedelta(hours=hours))

    warmed = [refreshed(run, timedelta(hours=hours))["warmed"] for hours in (0, 1, 3, 4, 5)]

    assert warmed == [1, 0, 0, 1, 0]


def test_a_campaigns_pictures_come_half_an_hour_early_and_leave_when_it_ends(run: Run, asked: list[str]) -> None:
    begin = NOW + timedelta(hours=2)
    heat.promote(Promotion(PIC, Heat.CAMPAIGN, begin, begin + timedelta(hours=1)))

    warmed = [refreshed(run, timedelta(minutes=minutes))["warmed"] for minutes in (0, 89, 91, 120)]

    assert warmed == [0, 0, 1, 0]
    assert refreshed(run, timedelta(minutes=181))["cooled"] == 1


def test_a_campaign_is_not_cut_short_by_a_burst_in_it(run: Run, asked: list[str]) -> None:
    heat.promote(Promotion(PIC, Heat.CAMPAIGN, NOW - timedelta(hours=1), NOW + timedelta(days=1)))
    requests(PIC, 80)

    refreshed(run)

    assert promoted() == {PIC: Heat.CAMPAIGN}


def test_a_burst_before_a_campaign_does_not_take_its_place(run: Run, asked: list[str]) -> None:
    heat.promote(Promotion(PIC, Heat.CAMPAIGN, NOW + timedelta(days=1), NOW + timedelta(days=2)))
    requests(PIC, 80)

    refreshed(run)

    assert promoted() == {PIC: Heat.CAMPAIGN}


def test_an_edge_that_does_not_answer_is_asked_again_the_next_time(run: Run, aws: object) -> None:
    boto3.client("ssm").put_parameter(
        Name="/test/site-origin", Value="http://127.0.0.1:9", Type="String", Overwrite=True
    )
    requests(PIC, 80)

    assert [refreshed(run)["warmed"] for _ in "12"] == [0, 0]
    assert [promotion.warmed_at for promotion in heat.promoted()] == [None]


def test_the_function_that_makes_sizes_keeps_promoted_pictures_longest(run: Run, asked: list[str]) -> None:
    requests(PIC, 80)
    refreshed(run)

    with clock.at(NOW + timedelta(minutes=1)):
        sizes.after_call()

    assert sizes._state.memory.pinned == {PIC}
