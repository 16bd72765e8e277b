"""The templates of pages: Jinja2, escaping everything, refusing what is not given, compiled before the first page.

A template finds the page's own values (see `mall.pages.contexts`), and in every template and macro:

    locale                      "zh-CN" or "en"
    t("cart.add", n=3)          a text of `texts/<locale>.json`; one that is not there is an error
    asset("app.css")            the address of a file of the storefront, which changes with its content
    modules("app.js")           the modules that a script of the storefront imports
    link("product", id)         the address of a page in this language
    | money  | number  | date   an amount, a number, a day, as people write them here
    | srcset("webp")            the renditions of a picture for `srcset`
    | json_ld                   data for `<script type="application/ld+json">`
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mall.pages import texts
from mall.pages.model import LOCALES, Kind, PageId

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# What would end the script element, or start a comment in it.
_UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class MissingText(KeyError):
    """A template asks for a text that its language does not have."""


class Templates:
    """The templates of one folder, ready in every language."""

    def __init__(self, folder: Path) -> None:
        self._environments = {locale: environment(folder, locale) for locale in LOCALES}

    def render(self, name: str, locale: str, values: Mapping[str, Any]) -> str:
        """The text that the template `name` makes of `values`."""
        return self._environments[locale].get_template(name).render(values)

    def part(self, name: str, locale: str, values: Mapping[str, Any]) -> Markup:
        """The same as a part of other templates, which take it as it is."""
        from markupsafe import Markup  # noqa: PLC0415  (see `environment`)

        return Markup(self.render(name, locale, values))  # noqa: S704  (it has escaped all values)


@cache
def of(folder: Path) -> Templates:
    """The templates of `folder`, compiled once an execution environment."""
    return Templates(folder)


def environment(folder: Path, locale: str) -> Environment:
    """The templates of `folder` in one language, compiled."""
    # 60 ms of import that only the functions spend which render.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    words = _json(folder / "texts" / f"{locale}.json")
    addresses = _json(folder / "assets.json")
    imported = _json(folder / "modules.json")

    def t(key: str, **values: Any) -> str:
        try:
            text: str = words[key]
        except KeyError:
            raise MissingText(f"{locale}: {key}") from None
        return text.format(**values) if values else text

    def asset(name: str) -> str:
        return str(addresses.get(name, f"/assets/{name}"))

    def modules(name: str) -> list[str]:
        found: list[str] = imported.get(name, [])
        return found

    def link(kind: str, id: str = "") -> str:
        return PageId(Kind(kind), id).path(locale)

    def json_ld(data: Any) -> Markup:
        # Harmless inside of a script element, whatever a merchant wrote.
        return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE))  # noqa: S704

    made.globals.update(locale=locale, t=t, asset=asset, modules=modules, link=link)
    made.filters.update(
        money=partial(texts.money, locale=locale),
        number=partial(texts.number, locale=locale),
        date=partial(texts.date, locale=locale),
        srcset=srcset,
        json_ld=json_ld,
    )
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)
    return made


def srcset(picture: Mapping[str, Any], extension: str = "webp") -> str:
    """The renditions of a picture of one format, smallest first: `/media/… 160w, /media/… 480w`."""
    # A small picture has sizes that are the same.
    found = {one["width"]: one["href"] for one in picture["renditions"] if one["ext"] == extension}
    return ", ".join(f"{href} {width}w" for width, href in sorted(found.items()))


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found
