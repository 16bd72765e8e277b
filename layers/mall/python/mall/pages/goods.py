"""What a product page shows of prices, stock and attributes (JSON types)."""

from collections.abc import Mapping
from typing import Any

from mall.money import Money
from mall.pages.texts import pick

Context = dict[str, Any]


def offer(product: Any, offers: Mapping[str, Any]) -> Context:
    """The prices and the state of the stock when the page was made; the page itself asks for the present ones."""
    skus: Context = {
        sku.id: {
            "price": amount(offers[sku.id].price if sku.id in offers else sku.price),
            "list_price": maybe(offers[sku.id].list_price if sku.id in offers else sku.list_price),
            "state": str(offers[sku.id].state) if sku.id in offers else "out",
        }
        for sku in product.skus
    }
    cheapest = min(skus.values(), key=lambda sku: sku["price"]["amount"])
    dearest = max(skus.values(), key=lambda sku: sku["price"]["amount"])
    states = {sku["state"] for sku in skus.values()}
    return {
        "price": {"from": cheapest["price"], "to": dearest["price"]},
        "list_price": cheapest["list_price"],
        "stock_state": next((state for state in ("in_stock", "low") if state in states), "out"),
        "skus": skus,
    }


def attributes(product: Any, category: Any, locale: str) -> list[Context]:
    """The product's attributes in the order of its category's template, named as there."""
    shown = []
    between = "、" if locale == "zh-CN" else ", "
    for definition in category.attributes if category else ():
        value = product.attributes.get(definition.code)
        if value is None:
            continue
        names = {one.code: pick(one.name, locale) for one in definition.values or ()}
        values = value if isinstance(value, list | tuple) else [value]
        said = between.join(_said(names.get(one, one), definition.unit, locale) for one in values)
        shown.append({"code": definition.code, "name": pick(definition.name, locale), "value": said})
    return shown


def amount(money: Money) -> Context:
    """An amount as JSON has it."""
    return {"amount": money.cents, "currency": money.currency}


def maybe(money: Money | None) -> Context | None:
    """The same, where there is one."""
    return amount(money) if money else None


def _said(value: Any, unit: str | None, locale: str) -> str:
    if isinstance(value, bool):
        return {"zh-CN": ("否", "是"), "en": ("no", "yes")}[locale][value]
    if isinstance(value, Mapping):
        return pick(value, locale)
    return f"{value} {unit}" if unit else str(value)
