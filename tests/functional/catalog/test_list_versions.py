"""Listing what was approved of a product."""

from collections.abc import Callable

import pytest

from mall.catalog.products import service
from mall.merchants.model import Kind
from tests.fixtures import goods
from tests.fixtures.gateway import Answer


def test_they_come_in_pages_newest_first(invoke: Callable[..., Answer]) -> None:
    own = goods.merchant(Kind.SELF)
    product = goods.on_sale(own)
    for name in ("two", "three"):
        content = goods.content(product.category_id, name={"en": name})
        service.write(own.id, content, by="usr_1", submit=True, product_id=product.id)
    ask = {"caller": goods.clerk(own), "path": {"product_id": product.id}}

    first = invoke("catalog.list_versions", **ask, query={"limit": "2"})
    rest = invoke("catalog.list_versions", **ask, query={"limit": "2", "after": first.body["next"]})

    told = first.body["items"] + rest.body["items"]
    assert [(one["version"], one["content"]["name"].get("en")) for one in told] == [
        (3, "three"),
        (2, "two"),
        (1, "West Lake Longjing"),
    ]
    assert rest.body["next"] is None


@pytest.mark.parametrize("after", ["x", "0", "-1", "9999999", "²"])
def test_what_is_no_cursor_is_refused(invoke: Callable[..., Answer], after: str) -> None:
    own = goods.merchant(Kind.SELF)
    path = {"product_id": goods.on_sale(own).id}

    answer = invoke("catalog.list_versions", caller=goods.clerk(own), path=path, query={"after": after})

    assert (answer.status, answer.code) == (400, "Invalid")


def test_anothers_product_is_not_found(invoke: Callable[..., Answer]) -> None:
    path = {"product_id": goods.on_sale().id}

    answer = invoke("catalog.list_versions", caller=goods.clerk(goods.merchant()), path=path)

    assert answer.code == "NoSuchProduct"
