"""A brand, for everybody."""

from typing import Any

import pytest

from tests.functional.catalog.brands import NO_BRAND, create, update


@pytest.mark.parametrize(("locale", "name"), [("zh-CN", "清风"), ("en", "Breeze")])
def test_it_speaks_the_readers_language(invoke: Any, locale: str, name: str) -> None:
    brand = create(invoke).body

    answer = invoke("catalog.get_brand", path={"brand_id": brand["id"]}, query={"locale": locale})

    assert (answer.status, answer.body["name"]) == (200, name)
    assert set(answer.body) == {"id", "name", "slug", "description", "logo"}


def test_nobody_finds_what_is_hidden_or_not_there(invoke: Any) -> None:
    brand = create(invoke).body
    update(invoke, brand["id"], name=brand["name"], slug=brand["slug"], hidden=True, version=1)

    for brand_id in (brand["id"], NO_BRAND, "brand-slug#breeze", "x"):
        answer = invoke("catalog.get_brand", path={"brand_id": brand_id})
        assert (answer.status, answer.code) == (404, "NoSuchBrand")
