"""What readers get where there is no page."""

import time
from dataclasses import dataclass

from mall.pages.files import store
from mall.pages.files.compression import ENCODINGS
from mall.pages.model import DEFAULT_LOCALE, LOCALES, Kind, PageId, key_of

_KEPT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is sent: `body` is compressed as `encoding` says."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    encoding: str | None = None


# A missing file that no page would have been, such as a picture or a script.
_NOTHING = Found(b"There is nothing here.\n", "text/plain; charset=utf-8")
_kept: dict[str, tuple[float, bytes | None]] = {}


def missing(path: str) -> Found:
    """What to show in the place of the file at `path`, whose end names an encoding (`….html.br`)."""
    end = next((end for end in ENCODINGS if end and path.endswith(end)), "")
    if not path.removesuffix(end).endswith((".html", "/")):
        return _NOTHING
    locale = next((one for one in LOCALES if one != DEFAULT_LOCALE and path.startswith(f"/{one}/")), DEFAULT_LOCALE)
    body = _read(key_of(PageId(Kind.MISSING).path(locale)) + end)
    return _NOTHING if body is None else Found(body, encoding=ENCODINGS[end])


def _read(key: str) -> bytes | None:
    """The file, which is asked for once a minute."""
    until, body = _kept.get(key, (0.0, None))
    if time.monotonic() >= until:
        body = store.read(key)
        _kept[key] = (time.monotonic() + _KEPT_SECONDS, body)
    return body
