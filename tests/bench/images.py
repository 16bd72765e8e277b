"""Making the six files of a 12-megapixel photograph, by the mall and by libvips, side by side: CPU, bytes, memory.

Both run as the mall's function runs it: one thread, in a process of its own that is forked for the picture. libvips
works as its documentation advises: it decodes at a reduced scale, and each size is derived from the next larger one.
As bytes mean little without quality, libvips encodes at many qualities, and ours are compared with the bytes that it
needs for the same SSIM. What SSIM compares with is made by libvips of all the photograph's pixels.

It is one photograph. The filters and the WebP method were chosen on photographs of goods: see-through files, which
both put on white. `python -m tests.bench.images FILE…` compares the six files of any photograph in this way.

The photograph is drawn here: clouds with the spectrum of natural pictures, some edges, and a sensor's noise.
"""

import functools
import io
import itertools
import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZE = (4000, 3000)
SIDES = (1080, 480, 160)
ROUNDS = 7
_KIB_A_MB = 1024
# The most memory that a process ever had, of the one that takes pictures in and of the one that it forks.
_PEAK = """
import re, sys
from mall.images import making, taking
from mall.imaging.confinement import confined

def memory(which):
    return int(re.search(which + r":\\s*(\\d+)", open("/proc/self/status").read())[1])

def work():
    shared = memory("VmRSS")
    making._renditions(file, None)
    return {"own": memory("VmHWM") - shared}, {}

file = open(sys.argv[1], "rb").read()
facts, _ = confined(work)
print(memory("VmHWM") + facts["own"])
"""


def measure(folder: Path) -> dict[str, float]:
    """The figures; `folder` is for the photograph's files."""
    os.environ["VIPS_CONCURRENCY"] = "1"
    from mall.images import making

    files = _photographs(folder)
    photograph = files[0].read_bytes()
    ours: list[Any] = []
    ours_ms, vips_ms = [], []
    for _ in range(ROUNDS):
        ours_ms.append(_cpu_ms(lambda: ours.append(making.renditions(photograph)[1])))
        vips_ms.append(_cpu_ms(lambda: _confined(lambda: _vips(photograph))))
    # In one more process, since a process that has used libvips cannot be forked safely.
    ratios = _confined(lambda: _compared(photograph, ours[0]))
    return {
        "images_cpu_ms": min(ours_ms),
        "images_cpu_ms_vips": min(vips_ms),
        "images_cpu_ratio_vs_vips": min(ours_ms) / min(vips_ms),
        "images_bytes_ratio_vs_vips": float(ratios["worst"].decode()),
        "images_peak_mb": max(_peak_mb(path) for path in files),
    }


def _confined(work: Callable[[], dict[str, bytes]]) -> Any:
    from mall.imaging.confinement import confined

    return confined(lambda: ({}, work()), seconds=60, memory=4 << 30)[1]


def _cpu_ms(work: Callable[[], Any]) -> float:
    """Milliseconds of CPU that `work` takes, by this process and by those that it started."""
    before = _used()
    work()
    return (_used() - before) * 1000


def _used() -> float:
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in found)


def _vips(photograph: bytes) -> dict[str, bytes]:
    """The same six files by libvips, at our qualities and with its own defaults otherwise."""
    from mall.imaging.making import JPEG_QUALITY, WEBP_QUALITY

    made = {}
    for side, picture in _vips_sizes(photograph).items():
        made[f"{side}.jpg"] = picture.jpegsave_buffer(Q=JPEG_QUALITY, interlace=True, keep="none")
        made[f"{side}.webp"] = picture.webpsave_buffer(Q=WEBP_QUALITY, keep="none")
    return made


def _vips_sizes(photograph: bytes) -> dict[int, Any]:
    import pyvips

    found: dict[int, Any] = {}
    picture = pyvips.Image.thumbnail_buffer(photograph, SIDES[0], height=SIDES[0], size="down")
    picture = (picture.flatten(background=255) if picture.hasalpha() else picture).copy_memory()
    for side in SIDES:
        if side != SIDES[0]:
            picture = picture.thumbnail_image(side, height=side).copy_memory()
        found[side] = picture
    return found


def _compared(photograph: bytes, ours: dict[str, bytes]) -> dict[str, bytes]:
    """The largest of our six files in relation to what libvips needs for the same SSIM."""
    return {"worst": str(max(compared(photograph, ours).values())).encode()}


def compared(photograph: bytes, ours: dict[str, bytes]) -> dict[str, float]:
    """Each of our six files in relation to what libvips needs for the same SSIM."""
    import pyvips

    whole = pyvips.Image.new_from_buffer(photograph, "")
    if whole.hasalpha():  # on white, as ours are
        whole = whole.flatten(background=255)
    sizes, ratios = _vips_sizes(photograph), dict[str, float]()
    for side in SIDES:
        reference = _grey(whole.resize(side / whole.width, vscale=sizes[side].height / whole.height).pngsave_buffer())
        for extension, save in (("jpg", "jpegsave_buffer"), ("webp", "webpsave_buffer")):
            options = {"interlace": True} if extension == "jpg" else {}
            curve = []
            for quality in range(60, 97, 4):
                file = getattr(sizes[side], save)(Q=quality, keep="none", **options)
                curve.append((_ssim(reference, file), len(file)))
            file = ours[f"{side}.{extension}"]
            ratios[f"{side}.{extension}"] = len(file) / _bytes_for(_ssim(reference, file), curve)
    return ratios


def _bytes_for(quality: float, curve: list[tuple[float, int]]) -> float:
    """The bytes at which a curve of (SSIM, bytes) reaches `quality`, between its points as between their logarithms."""
    curve = sorted(curve)
    for (low, few), (high, many) in itertools.pairwise(curve):
        if low <= quality <= high:
            part = (quality - low) / ((high - low) or 1)
            return math.exp(math.log(few) + part * (math.log(many) - math.log(few)))
    return curve[0][1] if quality < curve[0][0] else curve[-1][1]


def _ssim(reference: Any, file: bytes) -> float:
    from skimage.metrics import structural_similarity

    return float(structural_similarity(reference, _grey(file)))


def _grey(file: bytes) -> Any:
    import numpy
    from PIL import Image

    return numpy.asarray(Image.open(io.BytesIO(file)).convert("L"))


def _peak_mb(path: Path) -> float:
    """Megabytes that a fresh process and its child that makes the files have together, each at its highest."""
    found = subprocess.run(
        [sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=True, env=os.environ
    )
    return int(found.stdout) / _KIB_A_MB


@functools.cache
def _photographs(folder: Path) -> list[Path]:
    """The photograph as cameras, editors and screenshots have it: baseline, progressive, lossless."""
    import numpy
    from PIL import Image, ImageDraw

    chance = numpy.random.default_rng(20300101)
    width, height = SIZE
    frequencies = numpy.hypot(numpy.fft.fftfreq(height)[:, None], numpy.fft.rfftfreq(width)[None, :])
    frequencies[0, 0] = 1
    planes = []
    for strength in (60, 25, 25):
        noise = numpy.fft.rfft2(chance.standard_normal((height, width), dtype=numpy.float32))
        plane = numpy.fft.irfft2(noise / frequencies**1.25, s=(height, width))
        planes.append(plane / plane.std() * strength + 128)
    picture = Image.merge(
        "YCbCr", [Image.fromarray(numpy.clip(plane, 0, 255).astype("uint8")) for plane in planes]
    ).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y, size = chance.integers(0, width), chance.integers(0, height), int(chance.integers(40, 400))
        colour = tuple(int(value) for value in chance.integers(0, 255, 3))
        draw.ellipse((x, y, x + size, y + size // 2), outline=colour, width=1 + size // 60)
    grain = chance.normal(0, 1.5, (height, width, 3))
    pixels = numpy.clip(numpy.asarray(picture) + grain, 0, 255).astype("uint8")
    made = Image.fromarray(pixels)
    paths = [folder / name for name in ("baseline.jpg", "progressive.jpg", "see-through.png")]
    made.save(paths[0], quality=88)
    made.save(paths[1], quality=88, progressive=True)
    # As flat as what screenshots show: noise without loss would be larger than what may be uploaded.
    picture.point(lambda value: value & 0xF0).convert("RGBA").save(paths[2])
    return paths


if __name__ == "__main__":
    from mall.images import making

    for name in sys.argv[1:]:
        original = Path(name).read_bytes()
        found = compared(original, making.renditions(original)[1])
        sys.stdout.write(f"{Path(name).name} {max(found.values()):.3f} {found}\n")
        sys.stdout.flush()
