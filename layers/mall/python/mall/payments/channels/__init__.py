"""The channels of payment: what each has to do for us (`port`), and one adapter a channel.

An adapter talks to its provider over the network and to nothing else of ours; it knows no database, and what it hears
it hands on as the model's `Report` or `Notice`. Its module imports its provider's library and is itself imported when
somebody talks to that channel, so a function pays for no library that it does not use.

Which channels there are is configuration: `MALL_PAYMENT_CHANNELS` names them in the order in which they are offered,
and each has a secret of its own, `<stage>/payment-<channel>`. Without its secret a channel is not offered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from mall import config
from mall.payments.channels import secrets
from mall.payments.channels.port import Channel
from mall.payments.model import MethodNotOffered, NoSuchChannel

_WORLD = frozenset({"CNY", "USD", "EUR", "HKD", "GBP", "JPY"})
_CHINA = frozenset({"CNY"})


@dataclass(frozen=True, slots=True)
class Offer:
    """How people can pay through a channel: on its page (for phones, `wap`), by a code to scan; and with what."""

    name: str
    methods: tuple[str, ...]
    currencies: frozenset[str]

    def check(self, method: str, currency: str) -> None:
        """Raise MethodNotOffered for what cannot be paid like that."""
        if method not in self.methods:
            raise MethodNotOffered(methods=list(self.methods))
        if currency not in self.currencies:
            raise MethodNotOffered("This way to pay does not take the currency.", currency=currency)


_OFFERS = {
    offer.name: offer
    for offer in (
        Offer("sandbox", ("page",), _WORLD),
        Offer("stripe", ("page",), _WORLD),
        Offer("alipay", ("page", "wap", "qr"), _CHINA),
        Offer("wechatpay", ("qr", "wap"), _CHINA),
    )
}
_made: dict[str, Channel] = {}


def names() -> list[str]:
    """The channels that this mall is configured for."""
    wanted = config.get("MALL_PAYMENT_CHANNELS", ",".join(_OFFERS))
    return [name for part in wanted.split(",") if (name := part.strip()) in _OFFERS]


def offer(name: str) -> Offer:
    """How people can pay through a channel. Raises NoSuchChannel for one that is not configured or has no secret."""
    if name not in names():
        raise NoSuchChannel
    secrets.given(name)
    return _OFFERS[name]


def offers() -> list[Offer]:
    """The channels that people can pay with, in the order in which they are offered."""
    found = []
    for name in names():
        try:
            found.append(offer(name))
        except NoSuchChannel:
            continue
    return found


def of(name: str) -> Channel:
    """The channel `name`, to talk to. Raises NoSuchChannel like `offer`."""
    if name not in names():
        raise NoSuchChannel
    if name not in _made:
        given = secrets.given(name)
        make: Callable[[dict[str, Any]], Channel] = import_module(f"{__name__}.{name}").make
        _made[name] = make(given)
    return _made[name]


def forget() -> None:
    """Make channels anew when they are asked for, as a new execution environment would. For tests."""
    _made.clear()
    secrets.forget()
