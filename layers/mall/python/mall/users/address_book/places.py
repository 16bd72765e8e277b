"""Divisions and countries as clients get them; apart from `service`, so that asking loads no database driver."""

from mall.users.address_book import divisions
from mall.users.address_book.model import NoSuchDivision
from mall.users.address_book.schemas import CountryList, CountryView, DivisionList, DivisionView


def divisions_below(parent: str) -> DivisionList:
    """What is directly below `parent`; without one, the provinces. Raises NoSuchDivision."""
    items = divisions.children(parent)
    if items is None:
        raise NoSuchDivision
    return DivisionList(
        edition=divisions.EDITION,
        path=[_view(division) for division in divisions.path(parent)],
        items=[_view(division) for division in items],
    )


def countries() -> CountryList:
    """The countries that an address abroad can be in."""
    return CountryList(
        items=[
            CountryView(code=country.code, name_zh=country.chinese, name_en=country.english)
            for country in divisions.countries().values()
        ]
    )


def _view(division: divisions.Division) -> DivisionView:
    return DivisionView(code=division.code, name=division.name, divided=division.divided)
