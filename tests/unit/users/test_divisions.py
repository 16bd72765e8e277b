"""China's administrative divisions as data."""

import subprocess
import sys
import time

from mall.users.address_book import divisions


def test_there_are_34_provinces_in_the_order_of_their_codes() -> None:
    provinces = divisions.children()

    assert provinces is not None
    assert len(provinces) == 34
    assert [province.code for province in provinces] == sorted(province.code for province in provinces)
    assert provinces[0] == divisions.Division("110000", "北京市", divided=True)
    assert {"新疆维吾尔自治区", "台湾省", "香港特别行政区", "澳门特别行政区"} <= {
        province.name for province in provinces
    }


def test_a_county_is_found_below_its_city_and_its_province() -> None:
    assert [step.name for step in divisions.path("440305")] == ["广东省", "深圳市", "南山区"]


def test_the_districts_of_a_municipality_are_directly_below_it() -> None:
    below = divisions.children("310000")

    assert below is not None
    assert "浦东新区" in {division.name for division in below}
    assert [step.name for step in divisions.path("310115")] == ["上海市", "浦东新区"]


def test_a_county_that_a_province_administers_itself_is_directly_below_it() -> None:
    assert [step.name for step in divisions.path("429004")] == ["湖北省", "仙桃市"]


def test_a_city_without_districts_is_not_divided() -> None:
    assert divisions.children("441900") == ()
    assert divisions.path("441900")[-1] == divisions.Division("441900", "东莞市", divided=False)


def test_walking_down_from_the_provinces_reaches_every_division_once() -> None:
    seen: list[str] = []
    waiting = [""]
    while waiting:
        for division in divisions.children(waiting.pop()) or ():
            seen.append(division.code)
            assert division.divided == bool(divisions.children(division.code))
            if division.divided:
                waiting.append(division.code)

    assert len(seen) == len(set(seen)) == 3423


def test_a_code_that_is_none_has_no_place() -> None:
    assert divisions.children("999999") is None
    assert divisions.path("999999") == ()
    assert divisions.path("") == ()


def test_counties_dissolved_long_ago_are_gone_and_the_new_ones_are_there() -> None:
    assert divisions.path("330103") == ()  # 下城区, merged in 2021
    assert divisions.path("330113")[-1].name == "临平区"


def test_countries_abroad_are_those_of_the_standard_without_chinas_own() -> None:
    countries = divisions.countries()

    assert len(countries) == 249 - 4
    assert divisions.NOT_ABROAD.isdisjoint(countries)
    assert countries["JP"] == divisions.Country("JP", "日本", "Japan")
    assert all(country.chinese and country.english for country in countries.values())


def test_the_tables_are_small_and_read_only_when_asked_for() -> None:
    folder = divisions._FOLDER
    size = sum((folder / name).stat().st_size for name in ("divisions.tsv", "countries.tsv"))
    divisions._divisions.cache_clear()
    started = time.process_time()
    divisions.children("440000")
    took = time.process_time() - started

    assert size < 80_000
    assert took < 0.05  # 3 ms on an idle machine
    code = "import mall.users.address_book.divisions as d; assert not d._divisions.cache_info().currsize"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "layers/mall/python"})
