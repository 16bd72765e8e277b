"""Carts in DynamoDB: one item each, and every write on the condition that it is as it was read."""

import json
from dataclasses import replace

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from mall import clock, events, nosql, reading
from mall.cart.documents import line_of, of_line
from mall.cart.guests import is_guest
from mall.cart.model import ERASED_KEPT, GUESTS_KEPT, Cart, CartBusy, End
from mall.events import Event

_CONSUMER = "cart.on_trade_opened"


class _Item(nosql.Model):
    class Meta(nosql.Table):
        logical = "carts"

    id = UnicodeAttribute(hash_key=True)
    version = NumberAttribute()
    body = UnicodeAttribute(null=True)
    # That it was merged or erased, and nothing can be put into it any more.
    end = UnicodeAttribute(null=True, attr_name="ended")
    expires = NumberAttribute(null=True, attr_name="ttl")


def load(cart_id: str) -> Cart:
    """The cart as it is now; an empty one where there is none."""
    item = reading.one("carts", {"id": {"S": cart_id}})
    if item is None:
        return Cart(cart_id)
    end = End(item["ended"]["S"]) if "ended" in item else None
    cart = Cart(cart_id, version=int(item["version"]["N"]), end=end)
    # DynamoDB may take days to remove what has expired.
    if "body" not in item or ("ttl" in item and int(item["ttl"]["N"]) <= clock.timestamp()):
        return cart
    said = json.loads(item["body"]["S"])
    return replace(
        cart, lines=tuple(line_of(line) for line in said["lines"]), notes=said["notes"], keys=tuple(said["keys"])
    )


def save(cart: Cart, *, before: Cart) -> Cart:
    """Keep a changed cart. Raises CartBusy when it is no longer as it was `before`."""
    cart = replace(cart, version=before.version + 1)
    try:
        with nosql.conditional():
            _item(cart).save(condition=_unchanged(before))
    except nosql.ConditionFailed:
        raise CartBusy from None
    return cart


def merge(cart: Cart, *, before: Cart, guest: Cart) -> Cart:
    """Keep a cart that a guest's was merged into, and end that. Raises CartBusy when either was changed meanwhile."""
    cart = replace(cart, version=before.version + 1)
    expires = int((clock.now() + GUESTS_KEPT).timestamp())
    ended = _Item(guest.id, version=guest.version + 1, end=End.MERGED.value, expires=expires)
    try:
        with nosql.transaction() as writes:
            writes.save(_item(cart), condition=_unchanged(before))
            writes.save(ended, condition=_unchanged(guest))
    except nosql.ConditionFailed:
        raise CartBusy from None
    return cart


def save_once(event: Event, cart: Cart, *, before: Cart) -> None:
    """Keep what an event made of a cart, once. Raises CartBusy when it is no longer as it was `before`."""
    try:
        with events.once(_CONSUMER, event) as writes:
            if cart != before:
                writes.save(_item(replace(cart, version=before.version + 1)), condition=_unchanged(before))
    except nosql.ConditionFailed:
        raise CartBusy from None


def erase(user_id: str) -> None:
    """Delete what is in somebody's cart, and let nothing be put into it any more; repeating it is harmless."""
    expires = int((clock.now() + ERASED_KEPT).timestamp())
    _Item(user_id).update(
        actions=[
            _Item.version.add(1),
            _Item.body.remove(),
            _Item.end.set(End.ERASED.value),
            _Item.expires.set(expires),
        ]
    )


def _unchanged(before: Cart) -> Condition:
    """The condition that a cart is as it was read."""
    if before.version:
        condition: Condition = _Item.version == before.version
        return condition
    absent: Condition = _Item.id.does_not_exist()
    return absent


def _item(cart: Cart) -> _Item:
    body = {
        "lines": [of_line(line) for line in cart.lines],
        "notes": dict(cart.notes),
        "keys": list(cart.keys),
    }
    expires = int((clock.now() + GUESTS_KEPT).timestamp()) if is_guest(cart.id) else None
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _Item(cart.id, version=cart.version, body=text, expires=expires)
