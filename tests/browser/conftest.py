"""The storefront in a real browser.

| fixture  | gives                                                                                                   |
| -------- | ------------------------------------------------------------------------------------------------------- |
| `shop`   | the storefront of the demonstration's goods behind an address of its own; `shop.answers` is its API     |
| `visit`  | `visit("/p/prd_013/", phone=True)`: a page of a fresh visitor, when it is ready; with `signed=True` of  |
|          | somebody who signed in before, with `early=True` before it is ready                                     |

A page is ready when its scripts have run to their end: there they await what they bring at first, however long that
takes on a busy machine. `go`, `reload` and `ready` are for whoever moves on inside of a test.

To open a window takes longer than most pages do. One for a desk, one for a phone and one without scripts are handed on
from visitor to visitor, and nothing of the one before is left in it; but the pictures and scripts that the browser has
loaded are. `fresh=True` gets a window of its own, which who sets its clock or its scripts needs, and so does whoever
wants another than those.

`MALL_SLOWDOWN=6` has the browser be as slow as on a device of a sixth of this one's speed.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.people import COOKIE, USER
from tests.browser.site import Storefront

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SLOWDOWN = float(os.environ.get("MALL_SLOWDOWN") or 1)
# A test that waits longer than this for something on the page has found a fault, on a busy machine too.
PATIENCE_MS = 30_000
_READY = """() => Promise.all(
    [...document.querySelectorAll("script[type=module]")].map(({ src }) => import(src))
).then(() => true)"""
# A page of the site on which nothing happens.
_REST = "/robots.txt"

expect.set_options(timeout=PATIENCE_MS)

Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser, so that it is started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def storefront(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storefront]:
    """The storefront, built once."""
    with Storefront(tmp_path_factory.mktemp("storefront")) as shop:
        yield shop


@pytest.fixture
def shop(storefront: Storefront) -> Iterator[Storefront]:
    """The storefront, with an API that nobody has asked anything yet; it keeps the contract of the real one."""
    storefront.reset()
    yield storefront
    assert not storefront.breaches, "\n".join(dict.fromkeys(storefront.breaches))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian packages it."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium here; on Debian: apt-get install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


class Window:
    """A window of the browser, and what its pages complained of."""

    def __init__(self, browser: Browser, options: dict[str, Any]) -> None:
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = self.context.new_page()
        self._session = self.context.new_cdp_session(self.page) if SLOWDOWN > 1 else None
        self._size = self.page.viewport_size

    def _heard(self, message: Any) -> None:
        # What a test breaks on purpose, and pages that are missing on purpose, the browser reports as well.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def slow_down(self, rate: float) -> None:
        """Have the page run at a part of the speed. The browser does that by being busy, so not where nothing runs."""
        if self._session:
            self._session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def sign_in(self, shop: Storefront) -> None:
        """Be somebody who signed in before: the cookie, and that there is one."""
        if not self.page.url.startswith(shop.address):
            self.page.goto(shop.address + _REST)
        cookie = {
            "name": COOKIE, "value": shop.people.sign_in(), "domain": str(urlsplit(shop.address).hostname),
            "path": "/api/sessions", "httpOnly": True, "secure": True, "sameSite": "Strict",
        }  # fmt: skip
        self.context.add_cookies([cookie])  # type: ignore[list-item]
        self.page.evaluate("(user) => localStorage.setItem('signed-in', user)", USER)

    def leave(self, address: str) -> None:
        """Leave nothing behind."""
        self.slow_down(1)
        for other in self.context.pages:
            if other is not self.page:
                other.close()
        for tries in range(3):
            try:
                # What a page tells when it is left would be heard by the next test.
                self.page.evaluate("() => { navigator.sendBeacon = () => true; }")
                self.page.goto(address + _REST)
                break
            except Error:  # a page that was about to go on by itself
                if tries == 2:
                    raise
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.context.clear_cookies()
        self.page.mouse.move(0, 0)
        self.page.emulate_media(color_scheme="light")
        if self._size and self.page.viewport_size != self._size:
            self.page.set_viewport_size(self._size)


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[dict[str, Window]]:
    """The windows that are handed on, by what they are."""
    kept: dict[str, Window] = {}
    yield kept
    for window in kept.values():
        window.context.close()


def ready(page: Page) -> Page:
    """Wait until the scripts of the page that is shown have brought what they bring at first."""
    page.wait_for_function(_READY)
    return page


def go(page: Page, address: str) -> Page:
    """Go on to another page."""
    page.goto(address, wait_until="load")
    return ready(page)


def reload(page: Page) -> Page:
    """Load the page again."""
    page.reload(wait_until="load")
    return ready(page)


def until(true: Callable[[], bool], page: Page) -> None:
    """Wait for something that is not seen on the page."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        page.wait_for_timeout(20)


@pytest.fixture
def visit(shop: Storefront, browser: Browser, windows: dict[str, Window]) -> Iterator[Visit]:
    """Opens pages; afterwards no page may have complained."""
    used: dict[str, Window] = {}
    own: list[Window] = []

    def window(kind: str, wanted: dict[str, Any], *, fresh: bool) -> Window:
        options = (PHONE if kind == "phone" else DESKTOP) | {"service_workers": "block"} | wanted
        if fresh or kind in used:
            own.append(Window(browser, options))
            return own[-1]
        used[kind] = windows.pop(kind) if kind in windows else Window(browser, options)
        return used[kind]

    def open(
        path: str, *, phone: bool = False, workers: bool = False, signed: bool = False, early: bool = False,
        fresh: bool = False, **options: Any,
    ) -> Page:  # fmt: skip
        if workers:
            options["service_workers"] = "allow"
        scripts = options.get("java_script_enabled", True)
        kind = "phone" if phone else "desk" if scripts else "plain"
        found = window(kind, options, fresh=fresh or bool(options.keys() - {"java_script_enabled"}))
        if signed:
            found.sign_in(shop)
        found.slow_down(SLOWDOWN)
        found.page.goto(shop.address + path, wait_until="load")
        return found.page if early or not scripts else ready(found.page)

    yield open
    for one in own:
        one.context.close()
    for kind, one in used.items():
        one.leave(shop.address)
        windows[kind] = one
    complaints = [text for one in (*own, *used.values()) for text in one.complaints]
    for one in used.values():
        one.complaints.clear()
    assert complaints == []
