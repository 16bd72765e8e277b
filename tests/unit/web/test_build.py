"""How sources become the files that browsers get."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest
from PIL import Image

from infra.web import build

# What a page may bring of scripts, compressed.
MOST_SCRIPT_BYTES = 40_000
_ENTRY = re.compile(r"""scripts\("([a-z-]+\.js)"\)""")


def entries() -> dict[str, set[str]]:
    """The scripts of each template that has some of its own, with those of every page."""
    found = {}
    for path in sorted(build.TEMPLATES.glob("*.html")):
        text = path.read_text(encoding="utf-8")
        own = set(_ENTRY.findall(text)) | ({"listing.js"} if "listing_scripts()" in text else set())
        if own:
            found[path.name] = {"app.js", *own}
    return found


PAGES = entries()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build.build(folder)
    build.compress(folder)
    return folder


def test_an_asset_is_named_by_its_content(site: Path) -> None:
    for name, address in build.addresses().items():
        digest = hashlib.sha256((site / address.lstrip("/")).read_bytes()).hexdigest()
        stem, _, extension = name.rpartition(".")
        assert address == f"/assets/{stem}.{digest[:12]}.{extension}"


def test_the_addresses_for_the_templates_are_up_to_date() -> None:
    assert build.ADDRESSES.read_text(encoding="utf-8") == build.addresses_text(), "run `make assets`"


def test_a_module_imports_others_under_their_present_addresses(site: Path) -> None:
    known = set(build.addresses().values())

    imported = {
        address
        for path in (site / "assets").glob("*.js")
        for address in re.findall(r'\b(?:from|import)\s*"([^"]+\.js)"', path.read_text(encoding="utf-8"))
    }

    assert len(imported) >= 8
    assert imported <= known


def test_what_is_compressed_is_the_same_when_it_is_unpacked(site: Path) -> None:
    plain = [path for path in site.rglob("*") if path.suffix in build.COMPRESSED]

    assert plain
    for path in plain:
        assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_two_builds_make_the_same_files(site: Path, tmp_path: Path) -> None:
    build.build(tmp_path)

    again = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert again == {name: (site / name).read_bytes() for name in again}


@pytest.mark.parametrize("entries", PAGES.values(), ids=PAGES)
def test_no_page_brings_more_script_than_it_may(entries: set[str], site: Path) -> None:
    modules = {*entries, *(module for entry in entries for module in build.imports(entry)), "texts.zh-CN.js"}
    if entries - set(build.SHOP):
        modules.add("own.zh-CN.js")
    addresses = build.addresses()

    size = sum((site / f"{addresses[name].lstrip('/')}.gz").stat().st_size for name in modules)

    assert 0 < size <= MOST_SCRIPT_BYTES


def test_every_script_is_some_pages() -> None:
    used = {module for names in PAGES.values() for name in names for module in (name, *build.imports(name))}

    assert {path.name for path in (build.SOURCES / "js").glob("*.js")} == used


def test_the_modules_that_templates_announce_are_up_to_date() -> None:
    assert build.MODULES.read_text(encoding="utf-8") == build.modules_text(), "run `make assets`"


def test_scripts_get_their_texts_and_no_others(site: Path) -> None:
    delivered = (site / build.addresses()["texts.en.js"].lstrip("/")).read_text(encoding="utf-8")

    texts = json.loads(delivered.removeprefix("export default ").rstrip(";\n"))

    assert texts.keys() == build.texts_of_scripts(build.SHOP)
    assert len(texts) < len(build.texts("en"))


def test_pages_about_the_visitor_get_the_rest_of_the_texts(site: Path) -> None:
    delivered = (site / build.addresses()["own.en.js"].lstrip("/")).read_text(encoding="utf-8")

    texts = json.loads(delivered.removeprefix("export default ").rstrip(";\n"))

    assert texts.keys() == build.texts_of_scripts() - build.texts_of_scripts(build.SHOP)


def test_a_page_about_the_shop_says_nothing_that_only_the_visitors_pages_can() -> None:
    for name, names in PAGES.items():
        extends_own = "parts/own.html" in (text := (build.TEMPLATES / name).read_text(encoding="utf-8"))
        assert extends_own or "parts/account.html" in text or names <= set(build.SHOP), name


def test_the_manifest_makes_the_shop_installable(site: Path) -> None:
    for home in build.LOCALES.values():
        manifest = json.loads((site / home.lstrip("/") / "manifest.webmanifest").read_text(encoding="utf-8"))

        assert manifest["start_url"] == home
        assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
        assert "maskable" in {icon["purpose"] for icon in manifest["icons"]}
        for icon in manifest["icons"]:
            width, _, height = icon["sizes"].partition("x")
            assert Image.open(site / icon["src"].lstrip("/")).size == (int(width), int(height))


def test_the_worker_keeps_files_that_are_there(site: Path) -> None:
    worker = (site / "sw.js").read_text(encoding="utf-8")
    kept = re.findall(r'"(/[^"]+\.[a-z]+)"', worker[: worker.index("};")])
    assets = [address for address in kept if address.startswith("/assets/")]

    assert {"/offline.html", "/en/offline.html"} <= set(kept)
    assert build.addresses()["app.css"] in assets
    assert [address for address in assets if not (site / address.lstrip("/")).exists()] == []
