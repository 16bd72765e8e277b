"""The use cases of carts. Whose cart it is comes from the caller and the token alone."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mall import clock, errors
from mall.cart import guests, showing, store
from mall.cart.model import Cart, CartBusy, Change, End, Holder, Line, NoSuchSku, shown
from mall.cart.showing import Checkout, Picture
from mall.events import Event
from mall.observability import logger
from mall.quotes import service as quotes
from mall.quotes.model import Item, Kind, Wish
from mall.users.model import AccountClosed

T = TypeVar("T")
_ATTEMPTS = 6


def show(holder: Holder) -> Picture:
    """The cart as it is now, by two reads; what changed is remembered as shown. Raises CartTokenRefused."""
    before = _load(holder)
    picture, after = _picture(before, holder, before, quotes.look(before.wishes))
    if after == before:
        return picture
    try:
        return replace(picture, cart=store.save(after, before=before))
    except errors.Conflict:
        # Somebody changed the cart meanwhile; whoever reads next is told the same once more.
        return picture


def add(holder: Holder, wish: Wish, *, key: str = "") -> Picture:
    """Put something in: a read of the cart and one of the catalog, and a write. A repetition by `key` adds nothing.

    Raises NoSuchSku, NotOnSale, NotEnoughStock, LineFull, CartFull, OtherCurrency, CartTokenRefused or CartBusy.
    """
    at, fresh = clock.now(), guests.new_id()

    def decide(cart: Cart, items: Mapping[str, Item]) -> Cart:
        if key and key in cart.keys:
            return cart
        if wish.sku_id not in items:
            raise NoSuchSku(sku_id=wish.sku_id)
        return cart.add(items[wish.sku_id], at=at, key=key)

    picture = _in_turn(lambda: _change(holder, decide, wish=wish, fresh=fresh))
    logger.info("added to cart", cart_id=picture.cart.id, sku_id=wish.sku_id, quantity=wish.quantity)
    return replace(picture, token=guests.token(fresh)) if picture.cart.id == fresh else picture


def change(holder: Holder, sku_id: str, change: Change) -> Picture:
    """Change a line. Raises NoSuchLine, NotOnSale, NotEnoughStock, LineFull, OtherCurrency or CartBusy."""
    return _in_turn(
        lambda: _change(holder, lambda cart, items: cart.change(sku_id, change, items.get(sku_id)), exact=True)
    )


def remove(holder: Holder, sku_id: str) -> Picture:
    """Take a line out; one that is not there is no mistake, so a repetition succeeds. Raises CartBusy."""
    return _in_turn(lambda: _change(holder, lambda cart, items: cart.remove(sku_id), exact=True))


def select(
    holder: Holder, selected: bool, *, merchant_id: str | None = None, sku_ids: Iterable[str] | None = None
) -> Picture:
    """Select lines or not: a merchant's, some, or all. Raises NoSuchLine or CartBusy."""
    chosen = None if sku_ids is None else list(sku_ids)
    return _in_turn(
        lambda: _change(
            holder, lambda cart, items: cart.select(selected, merchant_id=merchant_id, sku_ids=chosen), exact=True
        )
    )


def clear(holder: Holder) -> None:
    """Empty the cart; a repetition changes nothing. Raises CartTokenRefused or CartBusy."""

    def act() -> None:
        before = _load(holder)
        after = before.clear()
        if after != before:
            store.save(after, before=before)

    _in_turn(act)


def merge(user_id: str, token: str) -> Picture:
    """Move what is in a guest's cart into somebody's own, once. Raises CartTokenRefused, CartFull or CartBusy."""
    guest_id, holder = guests.id_of(token), Holder(user_id)

    def act() -> Picture:
        guest, before = store.load(guest_id), _load(holder)
        if not guest.lines:
            return show(holder)
        after = before.merge(guest)
        picture, after = _picture(after, holder, before, quotes.look(after.wishes))
        saved = store.merge(after, before=before, guest=guest)
        logger.info("cart merged", cart_id=saved.id, taken=len(guest.lines))
        return replace(picture, cart=saved)

    return _in_turn(act)


def quote(user_id: str, wishes: Iterable[Wish] | None) -> Checkout:
    """What `wishes`, or else the selected lines of somebody's cart, come to, and what is wrong with them.

    Nothing is kept. Raises CurrencyMismatch for wishes in several currencies, or AccountClosed.
    """
    if wishes is None:
        cart = _load(Holder(user_id)).selected
        items, problems = quotes.gather(cart.wishes)
        known = {item.sku_id: item for item in items}
        made = quotes.price(user_id, items, currency=cart.currency or "CNY")
        now = showing.showing(cart.lines, known, made)
        told = [
            change
            for line in cart.lines
            for change in showing.changes(line, known.get(line.sku_id), now[line.sku_id])
            if change.kind in {Kind.PRICE, Kind.PROMOTION}
        ]
        return Checkout(cart, known, made, (*problems, *told), from_cart=True)
    items, problems = quotes.gather(wishes)
    lines = tuple(_unkept(item) for item in items)
    return Checkout(
        Cart("", lines), {item.sku_id: item for item in items}, quotes.price(user_id, items), tuple(problems)
    )


def selected(user_id: str) -> Cart:
    """Somebody's cart with those lines only that would be ordered now."""
    return store.load(user_id).selected


def trade_opened(event: Event) -> None:
    """Take in `orders.TradeOpened`: what was ordered from a cart is no longer in it."""
    if event.data["source"] == "cart":
        lines: dict[str, int] = {}
        for line in event.data["lines"]:
            lines[line["sku_id"]] = lines.get(line["sku_id"], 0) + line["quantity"]
        forget_ordered(event.data["user_id"], lines, event=event)


def forget_ordered(user_id: str, lines: Mapping[str, int], *, event: Event) -> None:
    """Take out of somebody's cart the quantities that were ordered, by SKU; once for `event`."""

    def act() -> None:
        before = store.load(user_id)
        store.save_once(event, before.take_out(lines), before=before)

    _in_turn(act)
    logger.info("ordered taken out of cart", cart_id=user_id, taken=len(lines))


def export(user_id: str) -> dict[str, Any]:
    """What is in somebody's cart, for the copy of their data (JSON types)."""
    cart = store.load(user_id)
    lines = [
        {
            "sku_id": line.sku_id,
            "product_id": line.product_id,
            "name": dict(line.name),
            "quantity": line.quantity,
            "selected": line.selected,
            "saved": line.saved,
            "added_at": line.added_at.isoformat(),
        }
        for line in cart.lines
    ]
    return {"lines": lines, "notes": dict(cart.notes)}


def erase(user_id: str) -> None:
    """Delete what is in the cart of a closed account, for good; repeating it is harmless."""
    store.erase(user_id)


def _load(holder: Holder, *, fresh: str = "") -> Cart:
    """The holder's cart. A guest without one, or whose cart was merged, gets an empty one, called `fresh`.

    Raises AccountClosed or CartTokenRefused.
    """
    if holder.user_id:
        cart = store.load(holder.user_id)
        if cart.end is End.ERASED:
            raise AccountClosed
        return cart
    if holder.token:
        cart = store.load(guests.id_of(holder.token))
        if cart.end is None:
            return cart
    return Cart(fresh)


def _change(
    holder: Holder,
    decide: Callable[[Cart, Mapping[str, Item]], Cart],
    *,
    wish: Wish | None = None,
    fresh: str = "",
    exact: bool = False,
) -> Picture:
    """Make of the cart what `decide` makes of it, and show it."""
    before = _load(holder, fresh=fresh)
    wishes = before.wishes
    if wish is not None:
        wishes = [*(other for other in wishes if other.sku_id != wish.sku_id), wish]
    items = quotes.look(wishes, exact=exact)
    picture, after = _picture(decide(before, items), holder, before, items)
    return picture if after == before else replace(picture, cart=store.save(after, before=before))


def _unkept(item: Item) -> Line:
    """A line that is in no cart."""
    return Line(
        sku_id=item.sku_id,
        product_id=item.product_id,
        merchant_id=item.merchant_id,
        quantity=item.quantity,
        added_at=clock.now(),
        shown=shown(item),
        name=item.name,
    )


def _picture(cart: Cart, holder: Holder, before: Cart, known: Mapping[str, Item]) -> tuple[Picture, Cart]:
    """How `cart` is to be shown, and the cart as it is to be kept: as `before` where there is nothing new."""
    items = {
        line.sku_id: replace(known[line.sku_id], quantity=line.quantity)
        for line in cart.lines
        if line.sku_id in known and known[line.sku_id].product_id == line.product_id
    }
    ordered = [items[line.sku_id] for line in cart.lines if line.ordered and line.sku_id in items]
    quote = quotes.price(holder.user_id, ordered, currency=cart.currency or "CNY")
    now = showing.showing(cart.lines, items, quote)
    changes = [
        change for line in cart.lines for change in showing.changes(line, items.get(line.sku_id), now[line.sku_id])
    ]
    after = cart.show(now)
    told = any(line.shown.promotions.keys() != now[line.sku_id].promotions.keys() for line in cart.lines)
    if cart == before and not changes and not told:
        after = before
    return Picture(after, items, quote, tuple(changes)), after


def _in_turn(act: Callable[[], T]) -> T:
    """Do `act` again where somebody else changed the cart meanwhile. Raises CartBusy when they keep on."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return act()
        except errors.Conflict as conflict:
            if type(conflict) not in {CartBusy, errors.Conflict}:
                raise
        time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311
    raise CartBusy
