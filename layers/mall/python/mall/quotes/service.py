"""Gathering what a quote counts on, and quoting."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mall.catalog.offers.model import Offers
from mall.catalog.products import service as products
from mall.catalog.products.model import Product, State
from mall.merchants import service as merchants
from mall.merchants.model import Merchant
from mall.merchants.model import State as MerchantState
from mall.quotes import pipeline
from mall.quotes.model import (
    MOST_QUANTITY,
    Choice,
    Facts,
    Item,
    Kind,
    Priced,
    Problem,
    Quote,
    Standing,
    Tier,
    Wish,
)


def of(user_id: str, wishes: Iterable[Wish]) -> Priced:
    """What `user_id` (nobody in particular where empty) would pay for what can be had of `wishes`, and what cannot.

    Carts, checkouts and orders all come through here, so that the same wishes come to the same total. Raises
    CurrencyMismatch for wishes in several currencies.
    """
    items, problems = gather(wishes)
    return Priced(price(user_id, items), tuple(problems))


def price(user_id: str, items: Iterable[Item], *, currency: str = "CNY") -> Quote:
    """What `user_id` would pay for those of the items that can be had, whose facts were gathered already."""
    known = [item for item in items if item.buyable]
    return pipeline.quote(known, _facts(user_id, known), currency=currency)


def gather(wishes: Iterable[Wish]) -> tuple[list[Item], list[Problem]]:
    """The wishes with their facts, each SKU once, and what is wrong with them, by one read of the stores.

    Of a SKU that the mall does not know, there is a problem and no item.
    """
    wanted = _summed(wishes)
    found = look(wanted)
    return list(found.values()), [
        problem for wish in wanted if (problem := _problem(wish, found.get(wish.sku_id))) is not None
    ]


def look(wishes: Iterable[Wish], *, exact: bool = True) -> dict[str, Item]:
    """The wishes with their facts, by SKU; without those that the mall does not know.

    Unless `exact`, how many there are is what the catalog shows of it, which saves a read and may lag behind a little.
    """
    wanted = list(wishes)
    product_ids = [wish.product_id for wish in wanted]
    stock: Mapping[str, int] | None = None
    if exact:
        known, stock = products.current_with_stock(product_ids, [wish.sku_id for wish in wanted])
    else:
        known = products.current(product_ids)
    sellers = merchants.seen_many(product.merchant_id for product, _ in known.values())
    found: dict[str, Item] = {}
    for wish in wanted:
        if wish.product_id in known:
            product, offers = known[wish.product_id]
            item = _item(wish, product, offers, sellers.get(product.merchant_id))
            if item is not None:
                found[wish.sku_id] = item
    if stock is None:
        return found
    return {sku_id: replace(item, available=stock[sku_id]) for sku_id, item in found.items()}


def _facts(user_id: str, items: Iterable[Item]) -> Facts:
    """What other subsystems state about this quote. None does yet: prices by quantity are the items' own."""
    return Facts()


def _summed(wishes: Iterable[Wish]) -> list[Wish]:
    """Each SKU once, with all that is wanted of it."""
    found: dict[str, Wish] = {}
    for wish in wishes:
        before = found.get(wish.sku_id)
        found[wish.sku_id] = wish if before is None else replace(before, quantity=before.quantity + wish.quantity)
    return list(found.values())


def _problem(wish: Wish, item: Item | None) -> Problem | None:
    if item is None:
        return Problem(wish.sku_id, Kind.GONE)
    if item.standing is not Standing.ON_SALE:
        return Problem(wish.sku_id, Kind(item.standing.value))
    if item.available < wish.quantity:
        return Problem(wish.sku_id, Kind.STOCK, wish.quantity, max(item.available, 0))
    if wish.quantity > MOST_QUANTITY:
        return Problem(wish.sku_id, Kind.LIMIT, wish.quantity, MOST_QUANTITY)
    return None


def _item(wish: Wish, product: Product, offers: Offers, seller: Merchant | None) -> Item | None:
    sku = next((one for one in product.skus if one.id == wish.sku_id), None)
    if sku is None:
        return None
    return Item(
        sku_id=sku.id,
        product_id=product.id,
        quantity=wish.quantity,
        merchant_id=product.merchant_id,
        merchant_name={} if seller is None else seller.name,
        category_id=product.category_id,
        name=product.name,
        code=sku.code,
        options=_choices(product, sku.options),
        picture_id=sku.picture_id or next(iter(product.pictures), ""),
        unit_price=sku.price,
        list_price=sku.list_price,
        tiers=tuple(Tier(tier.quantity, tier.price) for tier in sku.tiers),
        weight_g=sku.weight_g,
        available=offers.offers[sku.id].available,
        on_sale=product.state is State.ON_SALE,
        merchant_active=seller is not None and seller.state is MerchantState.ACTIVE,
        version=product.version,
    )


def _choices(product: Product, chosen: Mapping[str, Any]) -> tuple[Choice, ...]:
    """What the SKU is, as people read it, in the order of the product's options."""
    found = []
    for option in product.options:
        value = next((one for one in option.values if one.code == chosen.get(option.code)), None)
        if value is not None:
            found.append(Choice(option.name, value.name))
    return tuple(found)
