"""The channels of payment: what each has to do for us (`port`), and one adapter a channel.

An adapter talks to its provider over the network and to nothing else of ours; it knows no database, and what it hears
it hands on as the model's `Report` or `Notice`. Each imports its provider's library when it is made, so a function
pays for the libraries of the channels that it talks to.

Which channels there are is configuration: `MALL_PAYMENT_CHANNELS` names them in the order in which they are offered,
and each has a secret of its own, `<stage>/payment-<channel>`. Without its secret a channel is not offered.
"""

from collections.abc import Callable, Mapping
from importlib import import_module

from mall import config
from mall.payments.channels.port import Channel
from mall.payments.model import NoSuchChannel

_ADAPTERS: Mapping[str, str] = {
    "sandbox": "mall.payments.channels.sandbox",
    "stripe": "mall.payments.channels.stripe",
    "alipay": "mall.payments.channels.alipay",
    "wechatpay": "mall.payments.channels.wechatpay",
}
_made: dict[str, Channel] = {}


def names() -> list[str]:
    """The channels that this mall is configured for."""
    wanted = config.get("MALL_PAYMENT_CHANNELS", ",".join(_ADAPTERS))
    return [name for part in wanted.split(",") if (name := part.strip()) in _ADAPTERS]


def of(name: str) -> Channel:
    """The channel `name`. Raises NoSuchChannel for one that is not configured or has no secret."""
    if name not in names():
        raise NoSuchChannel
    if name not in _made:
        make: Callable[[], Channel] = import_module(_ADAPTERS[name]).make
        _made[name] = make()
    return _made[name]


def offered() -> list[Channel]:
    """The channels that people can pay with."""
    found = []
    for name in names():
        try:
            found.append(of(name))
        except NoSuchChannel:
            continue
    return found


def forget() -> None:
    """Make channels anew when they are asked for, as a new execution environment would. For tests."""
    _made.clear()
