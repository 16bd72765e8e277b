"""The icons of the installed shop and the picture of pages without one, drawn: two arches, an m, the mall's arcade."""

from pathlib import Path

from PIL import Image, ImageDraw

_JADE, _WHITE, _PALE = (11, 107, 77), (255, 255, 255), (20, 122, 90)
# Drawn larger and shrunk, which makes smooth edges.
_FINE = 4


def draw(folder: Path) -> None:
    """Write `favicon.ico` and what is in `icons/`."""
    icons = folder / "icons"
    icons.mkdir(parents=True, exist_ok=True)
    for size, file in ((192, "192.png"), (512, "512.png")):
        _icon(size, rounded=True).save(icons / file, optimize=True)
    # Phones cut these to their own shape, so the ground reaches the edges and the sign keeps away from them.
    _icon(512, scale=0.72).save(icons / "maskable.png", optimize=True)
    _icon(180, scale=0.86).save(icons / "touch.png", optimize=True)
    _icon(48, rounded=True).save(folder / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])
    _share().save(icons / "share.png", optimize=True)


def _icon(size: int, *, rounded: bool = False, scale: float = 1.0) -> Image.Image:
    whole = size * _FINE
    picture = Image.new("RGBA", (whole, whole), (0, 0, 0, 0) if rounded else _JADE)
    pen = ImageDraw.Draw(picture)
    if rounded:
        pen.rounded_rectangle((0, 0, whole - 1, whole - 1), whole * 7 / 32, fill=_JADE)
    unit = whole / 32 * scale
    edge = (whole - 32 * unit) / 2
    for left in (6, 16):
        _arch(pen, edge + left * unit, edge + 9 * unit, 10 * unit, 17 * unit, 3.2 * unit, _WHITE)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _share() -> Image.Image:
    """1200 × 630, as messengers and social networks show it: an arcade."""
    width, height = 1200, 630
    picture = Image.new("RGB", (width * 2, height * 2), _JADE)
    pen = ImageDraw.Draw(picture)
    for row, (step, top) in enumerate(((240, 120), (480, 420))):
        for left in range(-step // 2 * row, width * 2, step):
            _arch(pen, left, top, step, height * 2, step * 0.12, _PALE)
    mark = _icon(340).resize((680, 680))
    picture.paste(mark, (width - 340, height - 340), mark)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def _arch(
    pen: ImageDraw.ImageDraw, left: float, top: float, width: float, height: float, line: float, colour: tuple[int, ...]
) -> None:
    """A half circle on two posts; `left`, `top` and `width` are of the middle of the line."""
    half, radius = line / 2, width / 2
    pen.arc((left - half, top - half, left + width + half, top + width + half), 180, 360, colour, round(line))
    for post in (left, left + width):
        pen.rectangle((post - half, top + radius, post + half, top + height - half), fill=colour)
        pen.ellipse((post - half, top + height - line, post + half, top + height), fill=colour)
