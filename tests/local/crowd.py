"""Many different pictures, uploaded to the deployed mall at once."""

import colorsys
import io
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
from PIL import Image

from infra.local.emulator import Emulator
from infra.local.state import State
from infra.local.visitor import Visitor

_UPLOADERS = 4
_READERS = 4


class Crowd:
    """`count` pictures of one merchant, each of its own content; `pictures` are the ids of those that are ready."""

    def __init__(self, visitor: Visitor, token: str, count: int) -> None:
        self._visitor, self._token, self._count = visitor, token, count
        self._uploads: list[str] = []
        self._seed = time.time_ns() % 1_000_003
        self.pictures: set[str] = set()

    def upload(self, *, kill: Callable[[], bool], kills: int) -> int:
        """Upload them all, and meanwhile `kill` a worker now and then; how often that succeeded."""
        killed = 0
        every = max(1, self._count // (kills + 1))
        with ThreadPoolExecutor(_UPLOADERS) as pool:
            for number, upload in enumerate(pool.map(self._upload, range(self._count)), 1):
                self._uploads.append(upload)
                if killed < kills and number >= every * (killed + 1):
                    killed += kill()
        deadline = time.monotonic() + 30
        while killed < kills and time.monotonic() < deadline:
            killed += kill()
            time.sleep(0.05)
        return killed

    def wait(self, seconds: float) -> dict[str, int]:
        """How many are in which state, when all of them are through or the time is over."""
        waiting, states = list(self._uploads), Counter[str]()
        deadline = time.monotonic() + seconds
        with ThreadPoolExecutor(_READERS) as pool:
            while waiting and time.monotonic() < deadline:
                found = list(pool.map(self._state, waiting))
                for state, picture in found:
                    if state in {"ready", "failed"}:
                        states[state] += 1
                        self.pictures |= {picture} if picture else set()
                waiting = [
                    id for id, (state, _) in zip(waiting, found, strict=True) if state not in {"ready", "failed"}
                ]
                time.sleep(0.5)
        if waiting:
            states["waiting"] = len(waiting)
        return dict(states)

    def _upload(self, number: int) -> str:
        body = {"content_type": "image/jpeg", "file_name": f"crowd-{number}.jpg"}
        answer = self._visitor.call("POST", "/api/merchant/pictures", body, token=self._token)
        if answer.status != 201:
            raise RuntimeError(f"no form: {answer.status} {answer.body}")
        self._visitor.upload(answer.body, self._picture(number), "picture.jpg")
        return str(answer.body["id"])

    def _picture(self, number: int) -> bytes:
        hue = ((self._seed + number * 7919) % 1_000_003) / 1_000_003
        colour = tuple(int(part * 255) for part in colorsys.hsv_to_rgb(hue, 0.7, 0.9))
        picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
        picture.paste(colour, (0, 0, 320, 480))
        # So many pictures, so many places for a small mark: no two have the same content.
        picture.putpixel((number % 320, number // 320), (self._seed % 256, self._seed // 256 % 256, number % 256))
        file = io.BytesIO()
        picture.save(file, "PNG", compress_level=1)
        return file.getvalue()

    def _state(self, id: str) -> tuple[str, str]:
        found = self._visitor.call("GET", f"/api/merchant/pictures/{id}", token=self._token).body
        return str(found.get("state")), str(found.get("picture_id") or "")


def kill_worker(state: State) -> bool:
    """Kill a process of the mall in `state` that makes renditions just now, if there is one."""
    emulator = Emulator(state).background.process
    assert emulator is not None
    for process in emulator.children(recursive=True):
        try:
            # Each works in a folder of its own, which is called after its function.
            if "local-images-make_renditions" in process.cwd():
                process.send_signal(signal.SIGKILL)
                return True
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return False
