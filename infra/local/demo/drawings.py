"""Pictures of the demonstration's goods, drawn: a thing in its colour before a soft background."""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
_Pen = ImageDraw.ImageDraw
# Drawn at twice the size and reduced, which makes edges smooth.
_FINE, _SIDE = 1440, 720

COLOURS: dict[str, tuple[Colour, str, str]] = {
    "celadon": ((143, 178, 160), "青瓷", "Celadon"),
    "ink": ((52, 56, 66), "墨黑", "Ink"),
    "snow": ((236, 234, 226), "雪白", "Snow"),
    "clay": ((186, 106, 76), "陶红", "Clay"),
    "sky": ((108, 158, 206), "天蓝", "Sky"),
    "moss": ((104, 124, 72), "苔绿", "Moss"),
    "sand": ((208, 184, 144), "沙色", "Sand"),
    "plum": ((136, 84, 116), "梅紫", "Plum"),
    "amber": ((218, 158, 60), "琥珀", "Amber"),
    "rose": ((214, 136, 138), "蔷薇", "Rose"),
}


def draw(shape: str, colour: str) -> bytes:
    """The picture of a `shape` in a `colour`, as a square JPEG of 720 pixels a side."""
    body = COLOURS[colour][0]
    picture = _background(body).copy()
    thing = Image.new("RGBA", (_FINE, _FINE))
    SHAPES[shape](ImageDraw.Draw(thing), body)
    # Reduced with its colours weighted by how opaque they are, or edges would be dark.
    small = thing.convert("RGBa").reduce(_FINE // _SIDE).convert("RGBA")
    picture.paste(small, mask=small)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=88)
    return output.getvalue()


@cache
def _background(body: Colour) -> Image.Image:
    """Light above, a little of the thing's colour below, and the shadow of whatever stands there."""
    tint = _mixed(body, (250, 247, 241), 0.86)
    ramp = Image.linear_gradient("L").resize((_SIDE, _SIDE))
    picture = Image.composite(Image.new("RGB", ramp.size, tint), Image.new("RGB", ramp.size, (252, 250, 246)), ramp)
    shadow = Image.new("RGBA", (_FINE // 8, _FINE // 8))
    ImageDraw.Draw(shadow).ellipse((38, 138, 142, 156), fill=(30, 24, 18, 90))
    shadow = shadow.filter(ImageFilter.GaussianBlur(4)).resize((_SIDE, _SIDE))
    picture.paste(shadow, mask=shadow)
    return picture


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _dark(body: Colour) -> Colour:
    return _mixed(body, (20, 18, 24), 0.35)


def _light(body: Colour) -> Colour:
    return _mixed(body, (255, 255, 255), 0.45)


def _tin(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((470, 420, 970, 1180), 40, fill=body)
    pen.rounded_rectangle((450, 330, 990, 470), 36, fill=_dark(body))
    pen.rectangle((470, 640, 970, 960), fill=_light(body))
    pen.ellipse((620, 700, 820, 900), fill=_dark(body))
    pen.polygon([(720, 730), (770, 830), (720, 870), (670, 830)], fill=_light(body))


def _pouch(pen: _Pen, body: Colour) -> None:
    pen.polygon([(480, 360), (960, 360), (1010, 1180), (430, 1180)], fill=body)
    pen.rectangle((480, 300, 960, 380), fill=_dark(body))
    pen.rounded_rectangle((560, 620, 880, 940), 30, fill=_light(body))
    pen.ellipse((640, 690, 800, 870), fill=_dark(body))
    pen.line((720, 700, 690, 780, 750, 800, 720, 860), fill=_light(body), width=14)


def _cup(pen: _Pen, body: Colour) -> None:
    pen.ellipse((880, 560, 1140, 900), outline=_dark(body), width=56)
    pen.rounded_rectangle((420, 480, 960, 1100), 120, fill=body)
    pen.rectangle((420, 480, 960, 640), fill=body)
    pen.ellipse((420, 420, 960, 540), fill=_light(body))
    pen.ellipse((460, 440, 920, 524), fill=_mixed(body, (92, 58, 32), 0.8))


def _teapot(pen: _Pen, body: Colour) -> None:
    pen.arc((900, 520, 1240, 960), 250, 110, fill=_dark(body), width=60)
    pen.polygon([(480, 700), (260, 520), (330, 490), (560, 840)], fill=_dark(body))
    pen.ellipse((400, 480, 1040, 1120), fill=body)
    pen.ellipse((540, 430, 900, 560), fill=_dark(body))
    pen.ellipse((670, 350, 770, 450), fill=_light(body))
    pen.rectangle((560, 1080, 880, 1140), fill=_dark(body))


def _plate(pen: _Pen, body: Colour) -> None:
    pen.ellipse((260, 300, 1180, 1220), fill=body)
    pen.ellipse((360, 400, 1080, 1120), fill=_light(body))
    pen.ellipse((420, 460, 1020, 1060), outline=_dark(body), width=10)


def _pan(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((900, 640, 1360, 740), 50, fill=(96, 68, 48))
    pen.ellipse((220, 340, 1020, 1080), fill=_dark(body))
    pen.ellipse((280, 400, 960, 1020), fill=body)
    pen.arc((330, 450, 910, 970), 200, 290, fill=_light(body), width=20)


def _lamp(pen: _Pen, body: Colour) -> None:
    pen.rectangle((690, 640, 750, 1140), fill=(110, 84, 60))
    pen.rounded_rectangle((500, 1110, 940, 1180), 30, fill=(110, 84, 60))
    pen.polygon([(560, 300), (880, 300), (1040, 740), (400, 740)], fill=body)
    pen.polygon([(640, 300), (760, 300), (800, 740), (560, 740)], fill=_light(body))


def _candle(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((480, 600, 960, 1160), 50, fill=body)
    pen.ellipse((480, 540, 960, 680), fill=_light(body))
    pen.line((720, 500, 720, 610), fill=(60, 50, 44), width=14)
    pen.polygon([(720, 330), (780, 470), (720, 540), (660, 470)], fill=(240, 178, 72))


def _cushion(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((320, 400, 1120, 1140), 190, fill=body)
    for step in range(5):
        pen.line((400 + step * 160, 440, 400 + step * 160, 1100), fill=_light(body), width=18)


def _blanket(pen: _Pen, body: Colour) -> None:
    for step in range(4):
        top = 460 + step * 170
        pen.rounded_rectangle((300, top, 1140, top + 190), 80, fill=body if step % 2 else _light(body))
        pen.line((380, top + 150, 1060, top + 150), fill=_dark(body), width=8)


def _tee(pen: _Pen, body: Colour) -> None:
    pen.polygon(
        [(500, 320), (940, 320), (1220, 520), (1100, 700), (980, 620), (980, 1160), (460, 1160), (460, 620), (340, 700),
         (220, 520)], fill=body,
    )  # fmt: skip
    pen.pieslice((590, 210, 850, 450), 0, 180, fill=_dark(body))
    pen.rectangle((640, 620, 800, 780), fill=_light(body))


def _hoodie(pen: _Pen, body: Colour) -> None:
    _tee(pen, body)
    pen.polygon([(220, 520), (340, 700), (400, 1080), (280, 1120)], fill=_dark(body))
    pen.polygon([(1220, 520), (1100, 700), (1040, 1080), (1160, 1120)], fill=_dark(body))
    pen.rounded_rectangle((560, 840, 880, 1040), 40, fill=_dark(body))
    pen.pieslice((520, 170, 920, 570), 0, 180, fill=_dark(body))
    pen.pieslice((590, 210, 850, 500), 0, 180, fill=_light(body))


def _cap(pen: _Pen, body: Colour) -> None:
    pen.pieslice((360, 420, 1040, 1180), 180, 360, fill=body)
    pen.ellipse((620, 740, 1300, 900), fill=_dark(body))
    pen.line((700, 430, 700, 790), fill=_light(body), width=10)
    pen.ellipse((670, 400, 730, 450), fill=_dark(body))


def _beanie(pen: _Pen, body: Colour) -> None:
    pen.ellipse((640, 250, 800, 410), fill=_light(body))
    pen.pieslice((380, 370, 1060, 1330), 180, 360, fill=body)
    pen.rounded_rectangle((360, 820, 1080, 1020), 60, fill=_dark(body))
    for step in range(8):
        pen.line((430 + step * 84, 840, 430 + step * 84, 1000), fill=body, width=14)


def _shoe(pen: _Pen, body: Colour) -> None:
    pen.polygon([(300, 560), (640, 520), (860, 780), (1180, 860), (1220, 1000), (280, 1000)], fill=body)
    pen.rounded_rectangle((270, 980, 1240, 1080), 50, fill=_light(body))
    for step in range(4):
        pen.line((600 + step * 70, 580 + step * 64, 690 + step * 70, 540 + step * 64), fill=_dark(body), width=18)


def _backpack(pen: _Pen, body: Colour) -> None:
    pen.arc((600, 220, 840, 480), 180, 360, fill=_dark(body), width=44)
    pen.rounded_rectangle((400, 340, 1040, 1180), 180, fill=body)
    pen.rounded_rectangle((480, 720, 960, 1100), 70, fill=_dark(body))
    pen.line((520, 800, 920, 800), fill=_light(body), width=16)
    pen.line((460, 600, 980, 600), fill=_light(body), width=16)


def _bottle(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((620, 240, 820, 400), 40, fill=_dark(body))
    pen.rounded_rectangle((540, 380, 900, 1190), 110, fill=body)
    pen.rectangle((540, 760, 900, 900), fill=_light(body))
    pen.rounded_rectangle((590, 460, 630, 1100), 20, fill=_light(body))


def _tent(pen: _Pen, body: Colour) -> None:
    pen.polygon([(720, 320), (1280, 1120), (160, 1120)], fill=body)
    pen.polygon([(720, 320), (900, 1120), (540, 1120)], fill=_dark(body))
    pen.polygon([(720, 480), (720, 1120), (600, 1120)], fill=_light(body))


def _headphones(pen: _Pen, body: Colour) -> None:
    pen.arc((360, 300, 1080, 1100), 180, 360, fill=_dark(body), width=70)
    for left in (300, 940):
        pen.rounded_rectangle((left, 680, left + 200, 1100), 90, fill=body)
        pen.rounded_rectangle((left + 60, 740, left + 140, 1040), 40, fill=_light(body))


def _speaker(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((440, 260, 1000, 1180), 90, fill=body)
    for box in ((590, 360, 850, 620), (520, 680, 920, 1080)):
        pen.ellipse(box, fill=_dark(body))
        inner = (box[0] + 70, box[1] + 70, box[2] - 70, box[3] - 70)
        pen.ellipse(inner, fill=_light(body))


def _charger(pen: _Pen, body: Colour) -> None:
    pen.arc((380, 480, 1060, 1240), 300, 180, fill=_dark(body), width=36)
    pen.rounded_rectangle((500, 320, 940, 800), 70, fill=body)
    pen.rectangle((600, 230, 650, 330), fill=(176, 176, 180))
    pen.rectangle((790, 230, 840, 330), fill=(176, 176, 180))
    pen.polygon([(740, 420), (640, 600), (710, 600), (690, 720), (800, 540), (730, 540)], fill=_light(body))


def _notebook(pen: _Pen, body: Colour) -> None:
    pen.rounded_rectangle((430, 280, 1030, 1180), 36, fill=body)
    pen.rectangle((430, 280, 520, 1180), fill=_dark(body))
    pen.rectangle((940, 280, 970, 1180), fill=_dark(body))
    pen.rounded_rectangle((600, 480, 880, 640), 20, fill=_light(body))


def _book(pen: _Pen, body: Colour) -> None:
    pen.polygon([(420, 340), (980, 280), (1060, 1120), (500, 1190)], fill=_dark(body))
    pen.polygon([(400, 330), (960, 270), (1030, 1100), (480, 1170)], fill=body)
    pen.line((520, 520, 880, 482), fill=_light(body), width=26)
    pen.line((536, 620, 820, 590), fill=_light(body), width=18)
    pen.ellipse((640, 760, 860, 980), fill=_light(body))


def _pen(pen: _Pen, body: Colour) -> None:
    pen.polygon([(980, 260), (1120, 400), (560, 960), (420, 820)], fill=body)
    pen.polygon([(560, 960), (420, 820), (320, 1080)], fill=_light(body))
    pen.polygon([(360, 990), (410, 1040), (320, 1080)], fill=_dark(body))
    pen.polygon([(1000, 240), (1140, 380), (1190, 330), (1050, 190)], fill=_dark(body))


def _pot(pen: _Pen, body: Colour) -> None:
    for tip in ((420, 360), (560, 260), (720, 220), (880, 260), (1020, 360)):
        pen.polygon([(690, 800), tip, (750, 800)], fill=(92, 132, 84))
    pen.polygon([(460, 760), (980, 760), (900, 1180), (540, 1180)], fill=body)
    pen.rectangle((430, 720, 1010, 820), fill=_dark(body))


SHAPES: dict[str, Callable[[_Pen, Colour], None]] = {
    "tin": _tin,
    "pouch": _pouch,
    "cup": _cup,
    "teapot": _teapot,
    "plate": _plate,
    "pan": _pan,
    "lamp": _lamp,
    "candle": _candle,
    "cushion": _cushion,
    "blanket": _blanket,
    "tee": _tee,
    "hoodie": _hoodie,
    "cap": _cap,
    "beanie": _beanie,
    "shoe": _shoe,
    "backpack": _backpack,
    "bottle": _bottle,
    "tent": _tent,
    "headphones": _headphones,
    "speaker": _speaker,
    "charger": _charger,
    "notebook": _notebook,
    "book": _book,
    "pen": _pen,
    "pot": _pot,
}


def banner(colour: str) -> bytes:
    """A wide picture for the home page: hills in shades of a colour."""
    body = COLOURS[colour][0]
    picture = Image.new("RGB", (1920, 720), _mixed(body, (252, 250, 246), 0.8))
    pen = ImageDraw.Draw(picture)
    for step in range(4):
        top = 260 + step * 110
        hills = [(x, top + round(70 * ((x / 210 + step * 1.7) % 2 - 1) ** 2)) for x in range(0, 1921, 15)]
        pen.polygon([*hills, (1920, 720), (0, 720)], fill=_mixed(body, (252, 250, 246), 0.62 - step * 0.2))
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=86)
    return output.getvalue()
