"""Where channels find us: the address that they call back, and the one that buyers come back to."""

from urllib.parse import urlencode

from mall import config


def notify(channel: str) -> str:
    """Where the channel tells us of payments: the API's own address, which does not depend on the site's name."""
    return f"{config.parameter('api-origin')}/api/payments/callbacks/{channel}"


def back(path: str, intent_id: str) -> str:
    """The page of the site to which a buyer comes back, with the intent in its query."""
    mark = "&" if "?" in path else "?"
    return f"{config.parameter('site-origin')}{path}{mark}{urlencode({'intent': intent_id})}"
