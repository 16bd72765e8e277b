"""Carts and quotes as the API has them, for the storefront's tests; the shapes are those of `mall.cart.schemas`."""

import itertools
from typing import Any

from tests.browser.fixtures import Catalogue
from tests.browser.people import People, Refused, Reply, Request

MOST = 20


def yuan(amount: int) -> dict[str, Any]:
    """An amount as the API writes it."""
    return {"amount": amount, "currency": "CNY"}


class Carts:
    """The cart of who is signed in, and those of guests by their token."""

    def __init__(self, shop: Catalogue, people: People) -> None:
        self._shop, self._people = shop, people
        self.skus = {sku.id: (product, sku) for product in shop.products.values() for sku in product.skus}
        self.reset()

    def reset(self) -> None:
        """As in the beginning: nobody has anything."""
        self._numbers = itertools.count(1)
        self.own: dict[str, dict[str, Any]] = {}
        self.guests: dict[str, dict[str, dict[str, Any]]] = {}
        self.version = 1
        self.prices: dict[str, int] = {}
        self.available: dict[str, int] = {}
        self.changes: list[dict[str, Any]] = []
        self.discount = 0
        self.freight = 0

    def put(self, *skus: str, quantity: int = 1, saved: bool = False, selected: bool = True) -> None:
        """Put variants into the cart of who is signed in."""
        for sku in skus:
            self.own[sku] = {"quantity": quantity, "selected": selected, "saved": saved, "note": ""}

    def answer(self, request: Request) -> Reply | None:
        """The answer, None for what is not about carts."""
        path = request.path.removeprefix("/api/").split("/")
        if (request.method, path) == ("POST", ["quotes"]):
            return Reply(200, self.quote(request.body.get("lines"), request.query.get("locale", "zh-CN")))
        if path[0] != "cart":
            return None
        lines, token = self._lines(request)
        locale = request.query.get("locale", "zh-CN")
        if (request.method, path[1:]) == ("DELETE", []):
            lines.clear()
            return Reply(204)
        self._write(request, path[1:], lines)
        self.version += request.method != "GET"
        view = self.view(lines, locale) | {"guest_token": token}
        return Reply(201 if path[1:] == ["lines"] else 200, view)

    def _write(self, request: Request, path: list[str], lines: dict[str, dict[str, Any]]) -> None:
        body = request.body
        match request.method, path:
            case "POST", ["lines"]:
                self._add(lines, body)
            case "PATCH", ["lines", sku]:
                self._change(lines, sku, body)
            case "DELETE", ["lines", sku]:
                lines.pop(sku, None)
            case "PUT", ["selection"]:
                for sku, line in lines.items():
                    seller = self.skus[sku][0].merchant_id
                    if body.get("merchant_id", seller) == seller and sku in (body.get("sku_ids") or lines):
                        line["selected"] = body["selected"]
            case "POST", ["merge"]:
                for sku, line in self.guests.pop(body["guest_token"]).items():
                    self._add(self.own, {"sku_id": sku, "quantity": line["quantity"]})

    def _lines(self, request: Request) -> tuple[dict[str, dict[str, Any]], str | None]:
        if request.who:
            return self.own, None
        token = request.headers.get("cart-token", "")
        if not token and request.method == "POST":
            token = f"guest-{next(self._numbers)}"
            self.guests[token] = {}
            return self.guests[token], token
        if token not in self.guests:
            raise Refused(403, "CartTokenRefused")
        return self.guests[token], None

    def _add(self, lines: dict[str, dict[str, Any]], body: dict[str, Any]) -> None:
        sku, before = body["sku_id"], lines.get(body["sku_id"], {"quantity": 0})
        if before["quantity"] + body["quantity"] > self.most(sku):
            raise Refused(409, "NotEnoughStock")
        lines[sku] = {"quantity": before["quantity"] + body["quantity"], "selected": True, "saved": False, "note": ""}

    def _change(self, lines: dict[str, dict[str, Any]], sku: str, body: dict[str, Any]) -> None:
        if sku not in lines:
            raise Refused(404, "NoSuchLine")
        if body.get("quantity", 1) > self.most(sku):
            raise Refused(409, "NotEnoughStock")
        lines[sku] |= body

    def most(self, sku: str) -> int:
        """How many one can have."""
        state = self.skus[sku][1].offer.state
        return self.available.get(sku, {"out": 0, "low": 3}.get(state, MOST))

    def price(self, sku: str) -> int:
        """What one costs now."""
        return self.prices.get(sku, self.skus[sku][1].offer.price.cents)

    def line(self, sku: str, line: dict[str, Any], locale: str) -> dict[str, Any]:
        """A line as its reader sees it."""
        product, variant = self.skus[sku]
        most, listed = self.most(sku), variant.offer.list_price
        named = {option.code: option for option in product.options}
        options = [
            {
                "name": named[code].name[locale],
                "value": next(value.name[locale] for value in named[code].values if value.code == chosen),
            }
            for code, chosen in variant.options.items()
        ]
        return {
            "sku_id": sku, "product_id": product.id, "name": product.name[locale], "options": options,
            "picture_id": variant.picture_id or product.pictures[0], "quantity": line["quantity"],
            "selected": line["selected"], "saved": line["saved"], "unit_price": yuan(self.price(sku)),
            "list_price": yuan(listed.cents) if listed else None,
            "line_total": yuan(self.price(sku) * line["quantity"]),
            "state": "out" if most == 0 else "low" if most <= 5 else "in_stock", "max_quantity": most,
            "changes": [change for change in self.changes if change.get("sku_id") == sku],
        }  # fmt: skip

    def groups(self, lines: dict[str, dict[str, Any]], locale: str) -> list[dict[str, Any]]:
        """Lines by merchant."""
        found: dict[str, list[dict[str, Any]]] = {}
        for sku, line in lines.items():
            found.setdefault(self.skus[sku][0].merchant_id, []).append(self.line(sku, line, locale))
        made = []
        for merchant, own in found.items():
            goods = sum(line["line_total"]["amount"] for line in own if line["selected"] and line["max_quantity"])
            freight = self.freight if goods else 0
            made.append(
                {
                    "merchant": self.merchant(merchant, locale),
                    "note": lines[own[0]["sku_id"]].get("note", ""), "lines": own, "goods": yuan(goods),
                    "discount": yuan(0), "freight": yuan(freight), "payable": yuan(goods + freight),
                }
            )  # fmt: skip
        return made

    def merchant(self, id: str, locale: str) -> dict[str, Any]:
        """Who sells."""
        return {"id": id, "name": self._shop.merchants[id].name[locale]}

    def amounts(self, groups: list[dict[str, Any]]) -> dict[str, Any]:
        """What groups come to."""
        goods = sum(group["goods"]["amount"] for group in groups)
        freight = sum(group["freight"]["amount"] for group in groups)
        off = self.discount if goods else 0
        row = {"promo_id": "prm_1", "label": "新人立减", "amount": yuan(off), "bearer": "platform"}
        return {
            "goods": yuan(goods), "discount": yuan(off), "freight": yuan(freight),
            "total": yuan(goods - off + freight), "discounts": [row] if off else [],
        }  # fmt: skip

    def view(self, lines: dict[str, dict[str, Any]], locale: str) -> dict[str, Any]:
        """A CartView."""
        now = {sku: line for sku, line in lines.items() if not line["saved"]}
        groups = self.groups(now, locale)
        return {
            "id": "crt_1", "version": self.version, "count": sum(line["quantity"] for line in now.values()),
            "currency": "CNY", "groups": groups,
            "saved": [self.line(sku, line, locale) for sku, line in lines.items() if line["saved"]],
            "quote": self.amounts(groups), "changes": self.changes,
        }  # fmt: skip

    def quote(self, wanted: list[dict[str, Any]] | None, locale: str) -> dict[str, Any]:
        """A QuoteView of some lines, or of what is selected in one's cart."""
        if wanted is None:
            lines = {sku: line for sku, line in self.own.items() if line["selected"] and not line["saved"]}
        else:
            lines = {
                line["sku_id"]: {"quantity": line["quantity"], "selected": True, "saved": False} for line in wanted
            }
        groups = self.groups(lines, locale)
        problems = [
            {"sku_id": sku, "kind": "stock", "before": line["quantity"], "now": self.most(sku)}
            for sku, line in lines.items()
            if line["quantity"] > self.most(sku)
        ]
        return {
            "source": "cart" if wanted is None else "lines", "cart_version": self.version if wanted is None else None,
            "currency": "CNY", "groups": groups, **self.amounts(groups), "problems": problems,
            "can_order": bool(lines) and not problems,
        }  # fmt: skip
