"""Somebody who buys in the running mall over HTTP: the story, the measurements and the tests of the deployed mall.

shopper = Shopper(visitor)
shopper.add(product_id, sku_id, 2)           as a guest: the cart is known by a token
shopper.register()                           an account; `merge()` takes the guest's cart along
trade = shopper.order(shopper.quote())
shopper.wait(trade["id"], "awaiting_payment")
shopper.pay(trade["id"])                     on the page of the sandbox, as a browser would
"""

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.hosted import HostedPage
from infra.local.state import LocalError
from infra.local.visitor import Reply, Visitor

ADDRESS = {"recipient": "林晓", "phone": "13800138000", "division": "330106", "lines": ["文三路 90 号"]}
# Of accounts that are made and forgotten.
PASSWORD = "demo: buys a thing or two"  # noqa: S105
TERMS = "2026-11-01"
_LOOK_AGAIN_SECONDS = 0.05
_LOOK_SLOWER_SECONDS = 0.5


class Refused(LocalError):
    """The mall answered with a refusal: `reply` says which."""

    def __init__(self, method: str, path: str, reply: Reply) -> None:
        body = reply.body if isinstance(reply.body, dict) else {}
        said = f"{body.get('Code', '')}: {body.get('Message', '')}".strip(": ") or "no reason given"
        super().__init__(f"{method} {path} was answered {reply.status} ({said})")
        self.reply = reply


class Shopper:
    """A visitor with a cart, who may become a customer; `token` makes one of somebody who has an account."""

    def __init__(self, visitor: Visitor, token: str = "", *, locale: str = "en") -> None:
        self.visitor, self.token, self._locale = visitor, token, locale
        self.user = ""
        self.guest_token = ""
        self._address_id = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The body of the answer. Raises Refused where there is none."""
        reply = self.try_to(method, path, body, **headers)
        if reply.status >= 300:
            raise Refused(method, path, reply)
        return reply.body

    def try_to(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """The answer, whatever it is."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.guest_token and not self.token:
            sent["Cart-Token"] = self.guest_token
        return self.visitor.call(method, path, body, token=self.token, headers=sent)

    # ── Looking around ──────────────────────────────────────────────────────────────────────────────────────────────

    def search(self, words: str) -> list[dict[str, Any]]:
        """The cards of the goods that are found by these words."""
        found: list[dict[str, Any]] = self.ask("GET", f"/api/search?q={words}&locale={self._locale}")["items"]
        return found

    def product(self, product_id: str) -> dict[str, Any]:
        """All that is told of a product."""
        found: dict[str, Any] = self.ask("GET", f"/api/products/{product_id}?locale={self._locale}")
        return found

    # ── The cart ────────────────────────────────────────────────────────────────────────────────────────────────────

    def add(self, product_id: str, sku_id: str, quantity: int = 1) -> dict[str, Any]:
        """Put something into the cart; the cart."""
        line = {"product_id": product_id, "sku_id": sku_id, "quantity": quantity}
        cart: dict[str, Any] = self.ask("POST", f"/api/cart/lines?locale={self._locale}", line)
        self.guest_token = cart.get("guest_token") or self.guest_token
        return cart

    def cart(self) -> dict[str, Any]:
        """What is in the cart."""
        found: dict[str, Any] = self.ask("GET", f"/api/cart?locale={self._locale}")
        return found

    def merge(self) -> dict[str, Any]:
        """Take what was put into the guest's cart into one's own."""
        cart: dict[str, Any] = self.ask("POST", "/api/cart/merge", {"guest_token": self.guest_token})
        self.guest_token = ""
        return cart

    # ── An account ──────────────────────────────────────────────────────────────────────────────────────────────────

    def register(self) -> str:
        """Get an account by a code in the mail; the address that it is known by."""
        user = f"{uuid.uuid4().hex[:12]}@shopper.example"
        code = self.visitor.code(user, "register")
        wanted = {"identifier": user, "code": code, "password": PASSWORD, "terms": TERMS, "device": "shopper"}
        self.token = self.ask("POST", "/api/users", wanted)["access_token"]
        self.user = user
        return user

    def address(self) -> str:
        """The id of where to deliver to; written into the address book the first time."""
        if not self._address_id:
            self._address_id = self.ask("POST", "/api/users/me/addresses", ADDRESS)["id"]
        return self._address_id

    # ── Buying ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def quote(self, lines: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """What the selected lines of the cart cost, or these lines."""
        quoted: dict[str, Any] = self.ask(
            "POST", f"/api/quotes?locale={self._locale}", {} if lines is None else {"lines": lines}
        )
        return quoted

    def order(self, quote: Mapping[str, Any], lines: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        """Order what was quoted, once: the trade."""
        trade: dict[str, Any] = self.ask("POST", "/api/orders", self.wish(quote, lines, **more), Idempotency_Key=_key())
        return trade

    def wish(self, quote: Mapping[str, Any], lines: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
        """What `POST /api/orders` is sent for a quote."""
        wanted: dict[str, Any] = {
            "source": quote["source"],
            "address_id": self.address(),
            "expected_total": quote["total"],
        }
        if lines is not None:
            wanted["lines"] = lines
        elif quote.get("cart_version") is not None:
            wanted["cart_version"] = quote["cart_version"]
        return wanted | more

    def trade(self, trade_id: str) -> dict[str, Any]:
        """The trade as it is now."""
        found: dict[str, Any] = self.ask("GET", f"/api/trades/{trade_id}")
        return found

    def wait(self, trade_id: str, *stages: str, seconds: float = 30) -> dict[str, Any]:
        """The trade once it is in one of these stages. Raises LocalError where that takes too long."""
        found: dict[str, Any] = {}

        def there() -> bool:
            nonlocal found
            found = self.trade(trade_id)
            return found["stage"] in stages

        if not until(there, seconds):
            wanted, reason = " or ".join(stages), found.get("reason") or "no reason given"
            raise LocalError(f"After {seconds:g} s the trade is {found['stage']} ({reason}) and not {wanted}.")
        return found

    def begin_payment(self, intent_id: str, channel: str = "sandbox") -> dict[str, Any]:
        """Begin to pay by a channel: the attempt with what to do next."""
        attempt: dict[str, Any] = self.ask("POST", f"/api/payments/{intent_id}/attempts", {"channel": channel})
        return attempt

    def pay(self, intent_id: str, choice: str = "pay") -> str:
        """Pay on the sandbox's page by pressing one of its buttons; where the browser is sent then."""
        return self.page(self.begin_payment(intent_id)).press(choice)

    def page(self, attempt: Mapping[str, Any]) -> HostedPage:
        """The page on which an attempt is paid."""
        return HostedPage(self.visitor, attempt["action"]["url"])

    def orders(self, query: str = "") -> list[dict[str, Any]]:
        """One's orders, the newest first."""
        found: list[dict[str, Any]] = self.ask("GET", f"/api/orders{query}")["items"]
        return found

    def cancel(self, trade_id: str) -> dict[str, Any]:
        """Cancel a trade that is not paid yet."""
        answer: dict[str, Any] = self.ask("POST", f"/api/trades/{trade_id}/cancel", {}, Idempotency_Key=_key())
        return answer


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether something becomes true in that time; looked for often at first, then less and less so."""
    began = time.monotonic()
    while not true():
        waited = time.monotonic() - began
        if waited > seconds:
            return False
        # Whoever looks takes the processor from what is waited for, so an eighth of the time is exact enough.
        time.sleep(min(max(_LOOK_AGAIN_SECONDS, waited / 8), _LOOK_SLOWER_SECONDS))
    return True


def _key() -> str:
    return uuid.uuid4().hex
