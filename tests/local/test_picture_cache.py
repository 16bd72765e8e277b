"""A real caching proxy in front of the deployed mall, a load in which few pictures are asked for most, and what of it
the operators read."""

import json
import random
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.local import edge
from tests.local.conftest import LocalMall
from tests.local.crowd import Crowd

PICTURES = 24
REQUESTS = 1_500
ACCEPTS = (
    "image/avif,image/webp,image/apng,*/*;q=0.8",
    "image/webp,image/png,image/svg+xml,*/*;q=0.5",
    "image/png,image/svg+xml,*/*",
)

pytestmark = pytest.mark.skipif(edge.program() is None, reason="nginx is not installed (Debian: apt-get install nginx)")


def zipf(count: int, chance: random.Random) -> list[int]:
    """So many draws of the pictures' numbers, the n-th of which is asked for 1/n as often as the first."""
    return chance.choices(range(PICTURES), [1 / (number + 1) for number in range(PICTURES)], k=count)


def edge_level(mall: LocalMall, token: str) -> tuple[int, int]:
    """The hits and misses of the edge that operators read."""
    report = mall.visitor.call("GET", "/api/admin/picture-cache?hours=2", token=token).body
    (level,) = (level for level in report["levels"] if level["level"] == "edge")
    return level["hits"], level["misses"]


def invoke(mall: LocalMall, function: str) -> Any:
    """Call a function that a schedule calls otherwise."""
    answer = mall.client("lambda").invoke(FunctionName=f"local-images-{function}", Payload=b"{}")
    return json.loads(answer["Payload"].read())


def test_the_edge_answers_nearly_all_of_a_zipf_load_and_operators_see_it_and_what_is_hot(
    mall: LocalMall, tmp_path: Path
) -> None:
    crowd = Crowd(mall.visitor, mall.token("merchant_owner"), PICTURES)
    crowd.upload(kill=lambda: False, kills=0)
    assert crowd.wait(seconds=120) == {"ready": PICTURES}
    pictures, chance = sorted(crowd.pictures), random.Random(20300101)
    operator = mall.token("operator")
    before = edge_level(mall, operator)

    with edge.running(tmp_path, mall.description["endpoint"], mall.description["site"]) as front:
        with requests.Session() as session, ThreadPoolExecutor(4) as pool:

            def ask(number: int) -> str:
                accept = ACCEPTS[number * 7919 % len(ACCEPTS)]
                address = f"{front.address}/media/n/{pictures[draws[number]]}/480"
                answer = session.get(address, headers={"Accept": accept}, timeout=30)
                assert answer.status_code == 200
                assert answer.headers["Content-Type"] == ("image/webp" if "webp" in accept else "image/jpeg")
                return answer.headers["X-Edge-Cache"]

            draws = zipf(REQUESTS, chance)
            seen = Counter(pool.map(ask, range(REQUESTS)))
        log = front.log()
    account = mall.client("sts").get_caller_identity()["Account"]
    key = f"edge/{uuid.uuid4().hex}"
    mall.client("s3").put_object(Bucket=f"local-edge-logs-{account}", Key=key, Body=log)
    deadline = time.monotonic() + 30
    while (after := edge_level(mall, operator)) == before and time.monotonic() < deadline:
        time.sleep(0.3)
    found = invoke(mall, "promote_pictures")
    promoted = mall.visitor.call("GET", "/api/admin/picture-cache?hours=2", token=operator).body["promoted"]

    # Each picture is fetched once in each of two formats, however many kinds of Accept there are.
    assert seen["MISS"] <= 2 * PICTURES
    assert seen["HIT"] / REQUESTS >= 0.95
    assert after[0] - before[0] == seen["HIT"]
    # One request more found nothing: that which asked whether nginx runs.
    assert REQUESTS - seen["HIT"] <= after[1] - before[1] <= REQUESTS - seen["HIT"] + 1
    most = Counter(draws).most_common(1)[0][0]
    assert pictures[most] in {item["picture_id"] for item in promoted}
    assert found["warmed"] >= 1
