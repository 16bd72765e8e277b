"""What becomes of a suspended merchant's products."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mall.catalog.products import service
from mall.catalog.products.upkeep import service as upkeep
from mall.merchants import service as merchants
from mall.merchants.model import Merchant
from tests.fixtures import goods
from tests.fixtures.gateway import Answer

SAMPLE = Path(__file__).parents[3] / "events" / "catalog" / "on_merchant_changed.json"


def batch(merchant: Merchant, what: str = "state") -> dict[str, Any]:
    """The news of a merchant as its queue delivers it."""
    found: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    envelope = json.loads(found["Records"][0]["body"])
    envelope["detail"]["aggregate"] = merchant.id
    envelope["detail"]["data"] = {"merchant_id": merchant.id, "what": what, "state": "suspended"}
    found["Records"][0]["body"] = json.dumps(envelope)
    return found


def test_they_are_off_sale_while_it_is_suspended_and_back_afterwards(
    run: Callable[..., Any], mine: Callable[..., Answer], merchant: Merchant
) -> None:
    sold, taken_off = goods.on_sale(merchant), goods.on_sale(merchant)
    bystander = goods.on_sale()
    draft = goods.draft(merchant)
    mine("take_off_sale", taken_off.id)
    merchants.suspend(merchant.id, "no licence")

    run("catalog.on_merchant_changed", batch(merchant))

    on_sale = service.live_many([sold.id, taken_off.id, draft.id, bystander.id])
    assert set(on_sale) == {bystander.id}

    merchants.resume(merchant.id)
    run("catalog.on_merchant_changed", batch(merchant))

    assert set(service.live_many([sold.id, taken_off.id])) == {sold.id}


def test_the_news_may_come_late_and_repeatedly(run: Callable[..., Any], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    merchants.suspend(merchant.id, "no licence")
    run("catalog.on_merchant_changed", batch(merchant))
    revision = service.own(merchant.id, product.id).revision

    run("catalog.on_merchant_changed", batch(merchant))
    assert service.own(merchant.id, product.id).revision == revision

    merchants.resume(merchant.id)
    run("catalog.on_merchant_changed", batch(merchant))  # that of the suspension, overtaken by the resumption
    assert service.get_live(product.id) is not None


def test_what_its_merchant_takes_off_meanwhile_stays_off(
    run: Callable[..., Any], mine: Callable[..., Answer], merchant: Merchant
) -> None:
    product = goods.on_sale(merchant)
    merchants.suspend(merchant.id, "no licence")
    run("catalog.on_merchant_changed", batch(merchant))
    mine("take_off_sale", product.id)

    merchants.resume(merchant.id)
    run("catalog.on_merchant_changed", batch(merchant))

    assert service.get_live(product.id) is None


def test_another_name_changes_no_product(run: Callable[..., Any], merchant: Merchant) -> None:
    product = goods.on_sale(merchant)
    merchants.suspend(merchant.id, "no licence")

    run("catalog.on_merchant_changed", batch(merchant, "record"))

    assert service.get_live(product.id) is not None


def test_all_of_many_products_are_taken_off_page_by_page(merchant: Merchant) -> None:
    category = goods.category().id
    products = [goods.on_sale(merchant, category) for _ in range(5)]

    upkeep.suspend_products(merchant.id, some=2)

    assert service.live_many([product.id for product in products]) == {}
