"""Makes the storefront's files: small, compressed ahead, named by their content, so that browsers keep them for ever.

`assets/<name>.<digest>.<ext>` are style sheets, modules and drawings. What browsers look for under a fixed address
(the worker, the manifests, the icons) keeps its name. Which address an asset has is in `assets.json` beside the
templates, and which modules a script needs in `modules.json`; both are checked in: a page and its assets belong
together.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).with_name("storefront")
TEMPLATES = ROOT / "functions" / "pages" / "templates"
ADDRESSES = TEMPLATES / "assets.json"
MODULES = TEMPLATES / "modules.json"
SHOP = ("app.js", "carousel.js", "listing.js", "product.js")
"""The scripts of pages that are about the shop; all others are of pages about the visitor, and have more to say."""
LOCALES = {"zh-CN": "/", "en": "/en/"}
COMPRESSED = {".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".webmanifest", ".xml"}
"""What kinds of files have twins `….br` and `….gz`."""
_LARGE_BYTES = 200_000
_IMPORT = re.compile(r'(?P<head>\bfrom\s*|\bimport\s*)"\./(?P<name>[a-z-]+\.js)"')
_TEXT = re.compile(r'(?<![\w.])t\(\s*(?:"(?P<key>[a-z_.]+)")?')


class BuildError(Exception):
    """A source that cannot become an asset."""


def build(folder: Path) -> None:
    """Fill `folder` with everything of the storefront that is not a page."""
    from infra.web import icons  # noqa: PLC0415

    for address, content in {**_files(), **_fixed(_files())}.items():
        path = folder / address.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    icons.draw(folder)


def compress(folder: Path, *, best: int = 11) -> None:
    """Put the twins `….br` and `….gz` beside every text file in `folder`; Brotli's `best` takes its time."""
    import brotli  # noqa: PLC0415

    for path in sorted(path for path in folder.rglob("*") if path.suffix in COMPRESSED):
        content = path.read_bytes()
        # The best takes seconds for a megabyte, as the page of the API has, and gains five per cent there.
        quality = best if len(content) < _LARGE_BYTES else min(best, 9)
        path.with_name(f"{path.name}.br").write_bytes(brotli.compress(content, quality=quality, mode=brotli.MODE_TEXT))
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def addresses() -> dict[str, str]:
    """The address of each asset by its name: `{"app.css": "/assets/app.0f3a….css"}`."""
    return dict(_assets()[0])


def addresses_text() -> str:
    """What `assets.json` has to hold."""
    return json.dumps(addresses(), indent=2, sort_keys=True) + "\n"


def texts(locale: str) -> dict[str, str]:
    """The catalogue of a language: what templates and scripts say."""
    found: dict[str, str] = json.loads((TEMPLATES / "texts" / f"{locale}.json").read_text(encoding="utf-8"))
    return found


def imports(name: str) -> set[str]:
    """Every module that the module `name` needs, with what those need."""
    found: set[str] = set()
    wanted = [name]
    while wanted:
        for match in _IMPORT.finditer(_script(wanted.pop())):
            if match["name"] not in found:
                found.add(match["name"])
                wanted.append(match["name"])
    return found


def modules_text() -> str:
    """What `modules.json` has to hold: the modules that each script needs, so that pages announce them."""
    return json.dumps({path.name: sorted(imports(path.name)) for path in _scripts()}, indent=2, sort_keys=True) + "\n"


def texts_of_scripts(names: Iterable[str] | None = None) -> set[str]:
    """The keys of the catalogue that scripts use: these and what they import, or all."""
    if names is None:
        wanted = {path.name for path in _scripts()}
    else:
        wanted = {module for name in names for module in (name, *imports(name))}
    found = [(name, match["key"]) for name in sorted(wanted) for match in _TEXT.finditer(_script(name))]
    for name, key in found:
        if key is None:
            raise BuildError(
                f"{name} asks for a text by a computed key; only those that are spelled out are delivered."
            )
    return {key for _, key in found}


def _files() -> Mapping[str, bytes]:
    return _assets()[1]


@cache
def _assets() -> tuple[Mapping[str, str], Mapping[str, bytes]]:
    """Name → address, and address → content."""
    names: dict[str, str] = {}
    contents: dict[str, bytes] = {}

    def add(name: str, text: str) -> None:
        content = text.encode()
        stem, _, extension = name.rpartition(".")
        names[name] = f"/assets/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{extension}"
        contents[names[name]] = content

    add("app.css", _styles())
    for drawing in ("icon.svg", "icons.svg"):
        add(drawing, (SOURCES / drawing).read_text(encoding="utf-8"))
    shop = texts_of_scripts(SHOP)
    for name, spoken in (("texts", shop), ("own", texts_of_scripts() - shop)):
        for locale in LOCALES:
            catalogue = texts(locale)
            add(f"{name}.{locale}.js", f"export default {_json({key: catalogue[key] for key in sorted(spoken)})};\n")
    # An address depends on the content and so on the addresses of what is imported: those come first.
    for path in sorted(_scripts(), key=lambda path: (len(imports(path.name)), path.name)):
        add(
            path.name,
            _minified(_IMPORT.sub(lambda match: f'{match["head"]}"{names[match["name"]]}"', _script(path.name))),
        )
    return names, contents


def _fixed(assets: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files whose addresses browsers know."""
    names = addresses()
    shell = [f"{home}offline.html" for home in LOCALES.values()]
    shell += [names[name] for name in ("app.css", "app.js", "icons.svg", *sorted(imports("app.js")))]
    shell += [names[f"texts.{locale}.js"] for locale in LOCALES]
    version = hashlib.sha256(" ".join(sorted(assets)).encode()).hexdigest()[:12]
    worker = (SOURCES / "sw.js").read_text(encoding="utf-8")
    made = {
        "/sw.js": _minified(worker.replace("= BUILD;", f"= {_json({'version': version, 'shell': shell})};")).encode()
    }
    for locale, home in LOCALES.items():
        made[f"{home}manifest.webmanifest"] = _json(_manifest(locale, home)).encode()
    return made


def _manifest(locale: str, home: str) -> dict[str, object]:
    """What a phone shows of the shop that is installed on it."""
    catalogue = texts(locale)
    sizes = [("192x192", "192.png", "any"), ("512x512", "512.png", "any"), ("512x512", "maskable.png", "maskable")]
    return {
        "id": home,
        "name": catalogue["site.name"],
        "short_name": catalogue["site.short"],
        "description": catalogue["site.about"],
        "lang": locale,
        "dir": "ltr",
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f3",
        "theme_color": "#0b6b4d",
        "categories": ["shopping"],
        "icons": [
            {"src": f"/icons/{file}", "sizes": size, "type": "image/png", "purpose": purpose}
            for size, file, purpose in sizes
        ],
        "shortcuts": [{"name": catalogue["search.title"], "url": f"{home}search/"}],
    }


def _styles() -> str:
    import rcssmin  # noqa: PLC0415

    sources = sorted((SOURCES / "css").glob("*.css"))
    return str(rcssmin.cssmin("\n".join(path.read_text(encoding="utf-8") for path in sources)))


def _minified(script: str) -> str:
    import rjsmin  # noqa: PLC0415

    return str(rjsmin.jsmin(script)) + "\n"


def _scripts() -> list[Path]:
    return sorted((SOURCES / "js").glob("*.js"))


@cache
def _script(name: str) -> str:
    return (SOURCES / "js" / name).read_text(encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
