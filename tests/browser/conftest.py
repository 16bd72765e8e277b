"""The storefront in a real browser.

| fixture  | gives                                                                                                   |
| -------- | ------------------------------------------------------------------------------------------------------- |
| `shop`   | the storefront of the demonstration's goods behind an address of its own; `shop.answers` is its API     |
| `visit`  | `visit("/p/prd_013/", phone=True)`: a page of a fresh visitor, when it is ready; with `signed=True` of  |
|          | somebody who signed in before, with `early=True` before it is ready                                     |

A page is ready when its scripts have run to their end: there they await what they bring at first, however long that
takes on a busy machine. `go`, `reload` and `ready` are for whoever moves on inside of a test.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.people import COOKIE, USER
from tests.browser.site import Storefront

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
# A test that waits longer than this for something on the page has found a fault, on a busy machine too.
PATIENCE_MS = 30_000
_READY = """() => Promise.all(
    [...document.querySelectorAll("script[type=module]")].map(({ src }) => import(src))
).then(() => true)"""

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


def session(shop: Storefront) -> Any:
    """What the browser of somebody keeps who signed in before: the cookie, and that there is one."""
    host = urlsplit(shop.address).hostname
    cookie = {
        "name": COOKIE, "value": shop.people.sign_in(), "domain": host, "path": "/api/sessions", "httpOnly": True,
        "secure": True, "sameSite": "Strict", "expires": -1,
    }  # fmt: skip
    return {
        "cookies": [cookie],
        "origins": [{"origin": shop.address, "localStorage": [{"name": "signed-in", "value": USER}]}],
    }


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
def visit(shop: Storefront, browser: Browser) -> Iterator[Visit]:
    """Opens pages; afterwards no page may have complained."""
    contexts, complaints = [], []

    def open(
        path: str, *, phone: bool = False, workers: bool = False, signed: bool = False, early: bool = False,
        **options: Any,
    ) -> Page:  # fmt: skip
        if signed:
            options["storage_state"] = session(shop)
        context = browser.new_context(
            **(PHONE if phone else DESKTOP) | options, service_workers="allow" if workers else "block"
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(shop.address + path, wait_until="load")
        return page if early or not options.get("java_script_enabled", True) else ready(page)

    yield open
    for context in contexts:
        context.close()
    # What a test breaks on purpose, and pages that are missing on purpose, the browser reports as well.
    assert [text for text in complaints if "Failed to load resource" not in text] == []
