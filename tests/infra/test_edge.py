"""What the distribution's functions do, run by Node: which file shows an address, and with which status."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from infra.local import templates
from infra.local.state import ROOT
from mall.pages import model
from mall.pages.model import LOCALES, PageId

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node, which runs the functions of the edge, is not installed")

PERSONAL = [PageId(kind) for kind in sorted(model.PERSONAL)]
PRODUCT = "prd_01KAQ3Z5J8M0T1V2W3X4Y5Z6A7"
MERCHANT = "mch_01KAQ3Z5J8M0T1V2W3X4Y5Z6A703"


def run(function: str, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What the edge function of that name makes of events."""
    stack = templates.load(ROOT / "infra" / "stacks" / "cdn.yaml")
    code = stack["Resources"][function]["Properties"]["FunctionCode"]
    script = f"{code}\nconst events = {json.dumps(events)};\nconsole.log(JSON.stringify(events.map(handler)));"
    assert NODE is not None
    result = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def request(uri: str, accept: str | None = None) -> dict[str, Any]:
    return {"request": {"uri": uri, "headers": {} if accept is None else {"accept-encoding": {"value": accept}}}}


def shown(uri: str, accept: str | None = None) -> str:
    return str(run("FindPage", request(uri, accept))[0]["uri"])


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "/index.html"),
        ("/en/", "/en/index.html"),
        (f"/p/{PRODUCT}/", f"/p/{PRODUCT}/index.html"),
        (f"/en/m/{MERCHANT}/", f"/en/m/{MERCHANT}/index.html"),
        ("/help/delivery-and-returns/", "/help/delivery-and-returns/index.html"),
        ("/search/", "/search/index.html"),
        ("/docs/", "/docs/index.html"),
        *((page.path(locale), f"{page.path(locale)}index.html") for page in PERSONAL for locale in LOCALES),
        ("/sitemap.xml", "/sitemap.xml"),
        ("/assets/app.0123abcd.css", "/assets/app.0123abcd.css"),
    ],
)
def test_an_address_shows_its_file(address: str, file: str) -> None:
    assert shown(address) == file


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/nowhere/", "/404.html"),
        ("/account/nowhere/", "/404.html"),
        ("/p/prd_short/", "/404.html"),
        (f"/p/{PRODUCT}/more/", "/404.html"),
        (f"/c/{PRODUCT}/", "/404.html"),
        ("/en/nowhere", "/en/404.html"),
        ("/help/No Such/", "/404.html"),
    ],
)
def test_an_address_of_no_page_shows_the_page_of_missing_pages(address: str, file: str) -> None:
    assert shown(address) == file


@pytest.mark.parametrize(
    ("accepted", "end"),
    [
        (None, ""),
        ("", ""),
        ("identity", ""),
        ("gzip, deflate", ".gz"),
        ("gzip, deflate, br, zstd", ".br"),
        ("GZIP;q=1.0, BR;q=0.5", ".br"),
        ("br;q=0, gzip;q=0.8", ".gz"),
        ("br;q=0.0, gzip; q=0", ""),
        ("broken", ""),
    ],
)
def test_a_browser_gets_the_best_encoding_that_it_takes(accepted: str | None, end: str) -> None:
    assert shown("/", accepted) == f"/index.html{end}"


@pytest.mark.parametrize("picture", ["/icons/icon-192.png", "/favicon.ico", "/assets/font.woff2"])
def test_what_is_compressed_in_itself_has_one_form(picture: str) -> None:
    assert shown(picture, "gzip, br") == picture


def test_an_address_without_its_last_slash_leads_to_the_one_with_it() -> None:
    asked = request("/en/search")
    asked["request"]["querystring"] = {
        "q": {"value": "%E8%8C%B6"},
        "attr.size": {"value": "s", "multiValue": [{"value": "s"}, {"value": "l"}]},
        "flag": {"value": ""},
    }

    plain, queried = run("FindPage", request(f"/p/{PRODUCT}"), asked)

    assert (plain["statusCode"], plain["headers"]["location"]["value"]) == (301, f"/p/{PRODUCT}/")
    assert queried["headers"]["location"]["value"] == "/en/search/?q=%E8%8C%B6&attr.size=s&attr.size=l&flag"


def response(status: int, headers: dict[str, str]) -> dict[str, Any]:
    return {"response": {"statusCode": status, "headers": {name: {"value": value} for name, value in headers.items()}}}


def test_a_file_is_answered_with_the_status_it_was_stored_with() -> None:
    stored = {"x-amz-meta-status": "410", "x-amz-meta-version": "3", "x-amz-version-id": "x", "etag": '"1"'}

    gone, plain, unchanged = run(
        "TellStatus", response(200, stored), response(200, {"etag": '"1"'}), response(304, stored)
    )

    assert (gone["statusCode"], gone["statusDescription"]) == (410, "Gone")
    assert gone["headers"] == {"etag": {"value": '"1"'}, "vary": {"value": "Accept-Encoding"}}
    assert plain["statusCode"] == 200
    assert unchanged["statusCode"] == 304
