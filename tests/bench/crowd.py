"""A thousand pictures through the running mall while two workers are killed: `python -m tests.bench.crowd [count]`.

It takes minutes and a mall that runs, so `make bench` leaves it out; the figures go beside its own.
"""

import json
import sys
import time

from rich.console import Console

from infra.local.state import State
from tests.bench.__main__ import _write
from tests.local.conftest import LocalMall
from tests.local.crowd import Crowd, kill_worker

COUNT, KILLS, SECONDS = 1_000, 2, 900.0


def main(count: int) -> int:
    """Upload, kill, wait and tell; fails where a picture is lost."""
    mall, started = LocalMall(State.here()), time.monotonic()
    crowd = Crowd(mall.visitor, mall.token("merchant_owner"), count)
    killed = crowd.upload(kill=lambda: kill_worker(mall.state), kills=KILLS)
    states = crowd.wait(SECONDS)
    lost = count - len(crowd.pictures)
    figures = {"images_crowd": float(count), "images_crowd_lost": float(lost), "images_crowd_killed": float(killed)}
    figures["images_crowd_s"] = round(time.monotonic() - started, 1)
    Console().print_json(json.dumps(figures | {"states": states}))
    _write(figures)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else COUNT))
